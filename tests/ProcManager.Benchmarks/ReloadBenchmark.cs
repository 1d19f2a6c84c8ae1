using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>Rolling reloads of four workers while eight clients ask without a pause; in turns with times without a reload.</summary>
internal static class ReloadBenchmark
{
    private const int Rounds = 5;

    internal static void Run(Table table)
    {
        using Running manager = Programs.StartManager(4);
        var load = new Load(manager.Port);
        load.Begin(clients: 8);
        Thread.Sleep(2_000);
        HashSet<int> before = ProcFs.Children(manager.Pid);
        List<(long From, long To)> reloads = [];
        List<(long From, long To)> steady = [];
        for (int round = 0; round < Rounds; round++)
        {
            long begin = Stopwatch.GetTimestamp();
            manager.Signal(Native.Hup);
            manager.WaitForLine("succeeded");
            reloads.Add((begin, Stopwatch.GetTimestamp()));
            Thread.Sleep(1_000); // the new workers warm up
            begin = Stopwatch.GetTimestamp();
            Thread.Sleep(1_500);
            steady.Add((begin, Stopwatch.GetTimestamp()));
        }

        load.End();
        foreach (string reason in load.Failed.Take(3))
        {
            Console.WriteLine($"  failed: {reason}");
        }

        double[] during = Latencies(load, reloads);
        double[] calm = Latencies(load, steady);
        table.AtMost($"{Rounds} rolling reloads: failed requests", load.Failed.Count, 0, "");
        table.AtMost("  workers not replaced", ProcFs.Children(manager.Pid).Count(before.Contains), 0, "");
        table.Note("  answered requests, in all", load.Answered.Count, "");
        table.NoteTimes("  p99 of a request", during.Quantile(0.99), "steady", calm.Quantile(0.99), "ms");
        table.NoteTimes("  median of a request", during.Median(), "steady", calm.Median(), "ms");
        table.Note("  slowest request during a reload", during.Max(), "ms");
        table.Note("  duration of a reload, 1 s of canary in it", reloads.Select(static r => Stopwatch.GetElapsedTime(r.From, r.To).TotalSeconds).Median(), "s");
    }

    private static double[] Latencies(Load load, List<(long From, long To)> times) =>
        [.. load.Answered.Where(a => times.Exists(t => a.Begin >= t.From && a.Begin < t.To)).Select(static a => a.Milliseconds)];
}
