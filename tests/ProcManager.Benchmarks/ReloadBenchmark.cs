using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>A rolling reload of four workers under load: failed requests and the tail of the answer times.</summary>
internal static class ReloadBenchmark
{
    private const int Clients = 8;

    internal static async Task Run(Report report)
    {
        await using Managed managed = await Managed.Start(4, "--ProcessManager:CanaryTime=00:00:00.100");
        await Measure(managed, () => Task.Delay(3000)); // the compiler's
        (List<double> steady, int failedSteady, _) = await Measure(managed, () => Task.Delay(5000));
        (List<double> during, int failed, TimeSpan took) = await Measure(managed, async () =>
        {
            for (int generation = 2; generation < 7; generation++)
            {
                managed.Signal(1);
                await managed.Find($"reload to generation {generation} succeeded");
            }
        });
        report.Target("failed requests during five reloads", failed + failedSteady, 0, "", $"(of {during.Count})");
        report.Tell("p99, steady / during reloads", $"{P99(steady):0.0} / {P99(during):0.0} ms = {P99(during) / P99(steady):0.00}");
        report.Tell("one reload of four workers", $"{took.TotalMilliseconds / 5:0} ms");
    }

    private static async Task<(List<double> Times, int Failed, TimeSpan Took)> Measure(Managed managed, Func<Task> meanwhile)
    {
        var times = new List<double>();
        int failed = 0;
        bool ending = false;
        Thread[] clients = [.. Enumerable.Range(0, Clients).Select(_ => new Thread(() =>
        {
            while (!Volatile.Read(ref ending))
            {
                long start = Stopwatch.GetTimestamp();
                try
                {
                    managed.Ask();
                    double time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                    lock (times)
                    {
                        times.Add(time);
                    }
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }))];
        Array.ForEach(clients, static c => c.Start());
        var clock = Stopwatch.StartNew();
        await meanwhile();
        TimeSpan took = clock.Elapsed;
        Volatile.Write(ref ending, true);
        Array.ForEach(clients, static c => c.Join());
        return (times, failed, took);
    }

    private static double P99(List<double> times) => times.Order().ElementAt(times.Count * 99 / 100);
}
