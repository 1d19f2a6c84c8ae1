using System.Diagnostics;
using System.Globalization;

namespace ProcManager.Benchmarks;

/// <summary>KILL of a worker: until its replacement exists, and until that serves, against the same program started alone.</summary>
internal static class RespawnBenchmark
{
    private const int Rounds = 21;

    internal static async Task Run(Report report)
    {
        await using Managed managed = await Managed.Start(4);
        var exists = new List<double>();
        var serves = new List<double>();
        var alone = new List<double>();
        for (int round = 0; round < Rounds; round++)
        {
            (double existing, double serving) = await Replace(managed);
            exists.Add(existing);
            serves.Add(serving);
            alone.Add(await StartAlone());
        }

        report.Target("KILL until the replacement exists", Report.Median(exists), 5, "ms", $"(min {exists.Min():0.0}, max {exists.Max():0.0})");
        report.Ratio("KILL until it serves, against a start alone", Report.Median(serves), Report.Median(alone), 1.3, "ms", $"(min {serves.Min():0}, max {serves.Max():0})");
    }

    private static async Task<(double Exists, double Serves)> Replace(Managed managed)
    {
        HashSet<int> before = Proc.Children(managed.Pid);
        string children = $"/proc/{managed.Pid}/task/{managed.Pid}/children"; // the loop's thread is the first one
        int from = managed.Count;
        long start = Stopwatch.GetTimestamp();
        _ = Proc.kill(before.First(), 9);
        int replacement = 0;
        while (replacement == 0)
        {
            replacement = Proc.ChildrenOf(children).FirstOrDefault(c => !before.Contains(c));
        }

        double exists = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        (_, long at) = await managed.Find(string.Create(CultureInfo.InvariantCulture, $@"\(pid {replacement}\) is ready"), from);
        return (exists, Stopwatch.GetElapsedTime(start, at).TotalMilliseconds);
    }

    // One plain process, from its start until it says its address, which is when it begins to wait.
    private static async Task<double> StartAlone()
    {
        long start = Stopwatch.GetTimestamp();
        await using Managed plain = await Managed.Start(0);
        plain.Ask();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
