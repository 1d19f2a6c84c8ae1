namespace ProcManager.Benchmarks;

/// <summary>
/// A manager of 50 workers with nothing to do: does it sleep, and what does it weigh? Memory is compared twice: as the machine pays for
/// it, with an empty program that runs before the pool is there; and with empty programs beside the pool, which share as much as it does.
/// </summary>
internal static class IdleBenchmark
{
    private const int Workers = 50;
    private const int Seconds = 10;

    internal static void Run(Table table)
    {
        double alone;
        using (Running before = Programs.StartEmpty())
        {
            Thread.Sleep(1_000); // it waits by now
            alone = ProcFs.Memory(before.Pid).Proportional;
        }

        using Running manager = Programs.StartManager(Workers);
        using Running one = Programs.StartEmpty();
        using Running two = Programs.StartEmpty();
        using Running three = Programs.StartEmpty();
        Thread.Sleep(6_000); // the compiler's background thread goes after 4 s without work

        long loop = ProcFs.Sleeps(manager.Pid, manager.Pid);
        long process = ProcFs.Sleeps(manager.Pid);
        long empty = ProcFs.Sleeps(one.Pid);
        double cpu = ProcFs.CpuSeconds(manager.Pid);
        Thread.Sleep(Seconds * 1000);
        loop = ProcFs.Sleeps(manager.Pid, manager.Pid) - loop;
        process = ProcFs.Sleeps(manager.Pid) - process;
        empty = ProcFs.Sleeps(one.Pid) - empty;
        cpu = ProcFs.CpuSeconds(manager.Pid) - cpu;

        table.AtMost($"idle, {Workers} workers: wake-ups of the loop in {Seconds} s", loop, 0, "");
        table.Note("  wake-ups of the whole process", process, "");
        table.Note("  of an empty program", empty, "");
        table.AtMost("  CPU time of the manager", cpu * 1000, 0, "ms");

        (double Pss, double Uss, double Rss) own = ProcFs.Memory(manager.Pid);
        (double Pss, double Uss, double Rss)[] empties = [ProcFs.Memory(one.Pid), ProcFs.Memory(two.Pid), ProcFs.Memory(three.Pid)];
        table.AtMostTimes("  memory of the manager, PSS", own.Pss, "empty, no pool", alone, 1.3, "KiB");
        table.NoteTimes("  the same, sharing alike", own.Pss, "empty, beside", empties.Select(static e => e.Pss).Median(), "KiB");
        table.NoteTimes("  pages of its own, USS", own.Uss, "empty", empties.Select(static e => e.Uss).Median(), "KiB");
        table.NoteTimes("  all resident pages, RSS", own.Rss, "empty", empties.Select(static e => e.Rss).Median(), "KiB");
    }
}
