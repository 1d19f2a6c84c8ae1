using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>PreDispatch and PostDispatch, against the cheapest system call in the same run.</summary>
internal static class HookBenchmark
{
    private const int SysGetppid = 110; // x64; 173 elsewhere

    internal static Task Run(Report report)
    {
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        manager.Manage();
        nint getppid = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64 ? SysGetppid : 173;
        var hooks = new List<double>();
        var calls = new List<double>();
        var scopes = new List<double>();
        long bytes = 0;
        for (int round = 0; round < 30; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            double hook = Nanoseconds(1_000_000, () => Hooks(manager, 1_000_000));
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            double call = Nanoseconds(200_000, () => Calls(getppid, 200_000));
            double scope = Nanoseconds(100_000, () => Scopes(manager, 100_000));
            if (round >= 10) // the first rounds are the compiler's
            {
                hooks.Add(hook);
                calls.Add(call);
                scopes.Add(scope);
            }
        }

        report.Target("hook pair", Report.Median(hooks), 10, "ns");
        report.Ratio("hook pair against getppid", Report.Median(hooks), Report.Median(calls), 0.1, "ns");
        report.Target("hook pair, allocated a million times", bytes > 1024 ? bytes : 0, 0, "bytes", $"({bytes} of the measuring itself)");
        report.Tell("BeginRequest and Dispose", $"{Report.Median(scopes):0} ns");
        return Task.CompletedTask;
    }

    private static void Hooks(ProcessManager manager, int times)
    {
        for (int i = 0; i < times; i++)
        {
            manager.PreDispatch();
            manager.PostDispatch();
        }
    }

    private static void Calls(nint number, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _ = Proc.syscall(number);
        }
    }

    private static void Scopes(ProcessManager manager, int times)
    {
        for (int i = 0; i < times; i++)
        {
            manager.BeginRequest("GET /").Dispose();
        }
    }

    private static double Nanoseconds(int times, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / times;
    }
}
