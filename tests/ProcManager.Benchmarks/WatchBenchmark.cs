namespace ProcManager.Benchmarks;

/// <summary>
/// What it costs the manager to look at 200 workers once a second for everything there is: request numbers, memory, processor time.
/// The yardstick, beside it at the same time: a pool where nobody is looked at.
/// </summary>
internal static class WatchBenchmark
{
    private const int Workers = 200;
    private const int Seconds = 24;

    private static readonly string[] AllOn =
        ["WatchdogInterval=1", "RequestTimeout=10", "MemoryInterval=1", "MaxMemory=1000000000000", "RogueInterval=1", "CpuLimit=3600"];

    internal static void Run(Table table)
    {
        using Running off = Programs.StartManager(Workers);
        using Running on = Programs.StartManager(Workers, AllOn);
        Thread.Sleep(6_000); // the compiler's background thread goes after 4 s without work

        double cpuOn = ProcFs.CpuSeconds(on.Pid);
        double cpuOff = ProcFs.CpuSeconds(off.Pid);
        long sleeps = ProcFs.Sleeps(on.Pid, on.Pid);
        Thread.Sleep(Seconds * 1000);
        cpuOn = ProcFs.CpuSeconds(on.Pid) - cpuOn;
        cpuOff = ProcFs.CpuSeconds(off.Pid) - cpuOff;
        sleeps = ProcFs.Sleeps(on.Pid, on.Pid) - sleeps;

        int alive = ProcFs.Children(on.Pid).Count;
        if (alive != Workers || sleeps < Seconds / 2)
        {
            table.Fail($"{alive} of {Workers} workers, {sleeps} wake-ups in {Seconds} s: this was no watching");
        }

        table.AtMost($"{Workers} workers looked at each second, all on: of a CPU", cpuOn / Seconds * 100, 0.5, "%");
        table.Note("  the same pool, all off", cpuOff / Seconds * 100, "%");
        table.Note("  CPU time a worker and second", (cpuOn - cpuOff) / Seconds / Workers * 1e6, "us");
        table.Note($"  wake-ups of the loop in {Seconds} s", sleeps, "");
    }
}
