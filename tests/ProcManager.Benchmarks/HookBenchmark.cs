using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ProcManager.Benchmarks;

/// <summary>What a request pays for being counted, against one system call.</summary>
internal static class HookBenchmark
{
    private const int Rounds = 41;
    private const int Calls = 500_000;

    internal static void Run(Table table)
    {
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        manager.Manage();
        Func<int, nint>[] loops = [n => Pairs(manager, n), SystemCalls, n => Begins(manager, n)];

        // To the last tier of the compiler, which works in the background.
        long warm = Environment.TickCount64 + 2_000;
        while (Environment.TickCount64 < warm)
        {
            foreach (Func<int, nint> loop in loops)
            {
                _ = loop(5_000);
            }
        }

        List<double>[] nanoseconds = [[], [], []];
        long[] bytes = new long[loops.Length];
        for (int round = 0; round < Rounds; round++)
        {
            for (int i = 0; i < loops.Length; i++)
            {
                int calls = i == 0 ? Calls * 10 : Calls;
                long before = GC.GetAllocatedBytesForCurrentThread();
                long begin = Stopwatch.GetTimestamp();
                _ = loops[i](calls);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
                bytes[i] += GC.GetAllocatedBytesForCurrentThread() - before;
                nanoseconds[i].Add(elapsed.TotalNanoseconds / calls);
            }
        }

        double pair = nanoseconds[0].Median();
        double system = nanoseconds[1].Median();
        table.AtMost("PreDispatch + PostDispatch", pair, 10, "ns");
        table.AtMost($"  allocated in {Rounds * Calls * 10L:N0} pairs", bytes[0], 0, "B");
        table.AtMostTimes("  against one system call", pair, "getppid", system, 0.1, "ns");
        table.NoteTimes("BeginRequest + Dispose", nanoseconds[2].Median(), "getppid", system, "ns");
        table.Note("  allocated a request", bytes[2] / (double)(Rounds * Calls), "B");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Pairs(ProcessManager manager, int count)
    {
        for (int i = 0; i < count; i++)
        {
            manager.PreDispatch();
            manager.PostDispatch();
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint SystemCalls(int count)
    {
        nint number = Native.GetParentPidNumber;
        nint sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += Native.SystemCall(number);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Begins(ProcessManager manager, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using (manager.BeginRequest("GET /x", "127.0.0.1"))
            {
            }
        }

        return 0;
    }
}
