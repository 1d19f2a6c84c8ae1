using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>Rolling reloads under load, each with a steady time just before it.</summary>
/// <param name="Load">Who asked, and what came of it.</param>
/// <param name="During">Latencies of the requests that began during a reload, in milliseconds.</param>
/// <param name="Steady">Latencies of those that began in the steady times.</param>
/// <param name="Seconds">How long a reload took: the median.</param>
/// <param name="NotReplaced">Workers of the beginning that are still there.</param>
internal sealed record Reloads(Load Load, double[] During, double[] Steady, double Seconds, int NotReplaced)
{
    internal const int Rounds = 5;

    /// <summary>With eight clients that ask without a pause.</summary>
    internal static Reloads Measure(Running manager)
    {
        var load = new Load(manager.Port);
        load.Begin(clients: 8);
        Thread.Sleep(1_000);
        HashSet<int> before = ProcFs.Children(manager.Pid);
        List<(long From, long To)> reloads = [];
        List<(long From, long To)> steady = [];
        for (int round = 0; round < Rounds; round++)
        {
            Thread.Sleep(1_000); // new workers warm up
            long begin = Stopwatch.GetTimestamp();
            Thread.Sleep(1_500);
            steady.Add((begin, Stopwatch.GetTimestamp()));
            begin = Stopwatch.GetTimestamp();
            manager.Signal(Native.Hup);
            manager.WaitForLine("succeeded");
            reloads.Add((begin, Stopwatch.GetTimestamp()));
        }

        load.End();
        foreach (string reason in load.Failed.Take(3))
        {
            Console.WriteLine($"  failed: {reason}");
        }

        double seconds = reloads.Select(static r => Stopwatch.GetElapsedTime(r.From, r.To).TotalSeconds).Median();
        return new Reloads(load, Latencies(load, reloads), Latencies(load, steady), seconds, ProcFs.Children(manager.Pid).Count(before.Contains));
    }

    /// <summary>The lines that all such benchmarks print.</summary>
    /// <param name="table">Where to.</param>
    /// <param name="what">Whose reloads.</param>
    /// <param name="target">How many times the steady p99 a p99 may be; null for no target.</param>
    internal void Print(Table table, string what, double? target)
    {
        table.AtMost($"{Rounds} {what}: failed requests", Load.Failed.Count, 0, "");
        table.AtMost("  workers not replaced", NotReplaced, 0, "");
        table.Note("  answered requests, in all", Load.Answered.Count, "");
        if (target is { } times)
        {
            table.AtMostTimes("  p99 of a request", During.Quantile(0.99), "steady", Steady.Quantile(0.99), times, "ms");
        }
        else
        {
            table.NoteTimes("  p99 of a request", During.Quantile(0.99), "steady", Steady.Quantile(0.99), "ms");
        }

        table.NoteTimes("  median of a request", During.Median(), "steady", Steady.Median(), "ms");
        table.Note("  slowest request during a reload", During.Max(), "ms");
        table.Note("  duration of a reload, 1 s of canary in it", Seconds, "s");
    }

    private static double[] Latencies(Load load, List<(long From, long To)> times) =>
        [.. load.Answered.Where(a => times.Exists(t => a.Begin >= t.From && a.Begin < t.To)).Select(static a => a.Milliseconds)];
}
