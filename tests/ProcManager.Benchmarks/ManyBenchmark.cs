using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>200 workers: what their start costs the manager itself, and how long it takes to stop them all.</summary>
internal static class ManyBenchmark
{
    private const int Workers = 200;

    internal static void Run(Table table)
    {
        long begin = Stopwatch.GetTimestamp();
        using Running manager = Programs.StartManager(Workers);
        double started = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        double cpu = ProcFs.CpuSeconds(manager.Pid);
        if (ProcFs.Children(manager.Pid).Count != Workers)
        {
            table.Fail($"{ProcFs.Children(manager.Pid).Count} workers instead of {Workers}");
        }

        begin = Stopwatch.GetTimestamp();
        int exitCode = manager.Stop();
        double stopped = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        table.Note($"{Workers} workers: from nothing to all ready", started, "s");
        table.AtMost("  CPU time of the manager a start, its own in it", cpu * 1000 / Workers, 5, "ms");
        table.AtMost("  TERM until all are gone", stopped, 2, "s");
        table.AtMost("  exit code", exitCode, 0, "");
    }
}
