using System.Diagnostics;

namespace ProcManager.Benchmarks;

/// <summary>Many workers: what an idle manager costs, what idle workers cost a request, and how fast all start and stop.</summary>
internal static class ScaleBenchmark
{
    internal static async Task Run(Report report)
    {
        long emptyAlone = await EmptyProgram(static pid => Proc.Memory(pid, "Pss"));
        await using (Managed managed = await Managed.Start(50))
        {
            await Idle(report, managed);
            await Memory(report, managed, emptyAlone);
        }

        await CostOfIdleWorkers(report);
        await Many(report);
    }

    private static async Task Idle(Report report, Managed managed)
    {
        await Task.Delay(3000); // the tiered compiler of the manager comes to rest
        long switches = Proc.Switches(managed.Pid, managed.Pid);
        long all = Proc.AllSwitches(managed.Pid);
        long ticks = Proc.CpuTicks(managed.Pid);
        await Task.Delay(10_000);
        report.Target("idle manager, 50 workers: wake-ups of its loop in 10 s", Proc.Switches(managed.Pid, managed.Pid) - switches, 0, "", $"(all its threads: {Proc.AllSwitches(managed.Pid) - all})");
        report.Target("idle manager, 50 workers: CPU in 10 s", (Proc.CpuTicks(managed.Pid) - ticks) * 10, 0, "ms");
    }

    private static async Task Memory(Report report, Managed managed, long emptyAlone)
    {
        long pss = Proc.Memory(managed.Pid, "Pss");
        report.Ratio("manager of 50, PSS, against an empty program's PSS", pss, emptyAlone, 1.3, "KiB", "(each as it is in use: the manager with its workers, the program alone)");

        // The stricter look: the empty program among the same 50, so that it too shares the runtime's pages.
        (long sharing, long dirty) = await EmptyProgram(static pid => (Proc.Memory(pid, "Pss"), Proc.Memory(pid, "Private_Dirty")));
        report.Tell("the same with the empty program beside the 50", $"{pss} / {sharing} KiB = {(double)pss / sharing:0.00}");
        report.Tell("private dirty pages, manager / empty program", $"{Proc.Memory(managed.Pid, "Private_Dirty")} / {dirty} KiB");
    }

    private static async Task CostOfIdleWorkers(Report report)
    {
        await using Managed few = await Managed.Start(2);
        await using Managed many = await Managed.Start(64);
        var fewCost = new List<double>();
        var manyCost = new List<double>();
        for (int round = 0; round < 12; round++)
        {
            double a = Cost(few);
            double b = Cost(many);
            if (round >= 4)
            {
                fewCost.Add(a);
                manyCost.Add(b);
            }
        }

        report.Ratio("CPU a request, 64 workers against 2", Report.Median(manyCost), Report.Median(fewCost), 1.2, "µs");
    }

    private static double Cost(Managed managed)
    {
        const int Requests = 1500;
        int[] pids = [managed.Pid, .. Proc.Children(managed.Pid)];
        long before = pids.Sum(Proc.CpuNanoseconds);
        for (int i = 0; i < Requests; i++)
        {
            managed.Ask();
        }

        return (pids.Sum(Proc.CpuNanoseconds) - before) / 1000.0 / Requests;
    }

    private static async Task Many(Report report)
    {
        var clock = Stopwatch.StartNew();
        await using Managed managed = await Managed.Start(200);
        TimeSpan started = clock.Elapsed;
        report.Target("200 workers: the manager's CPU a start, its own included", Proc.CpuNanoseconds(managed.Pid) / 1e6 / 200, 5, "ms", $"(all ready after {started.TotalSeconds:0.0} s)");
        report.Target("200 workers: stop", (await managed.Stop()).TotalSeconds, 2, "s");
    }

    private static async Task<T> EmptyProgram<T>(Func<int, T> measure)
    {
        using Process empty = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["--empty"]))!;
        await Task.Delay(2000); // it has come to rest
        T measured = measure(empty.Id);
        _ = Proc.kill(empty.Id, 15);
        await empty.WaitForExitAsync();
        return measured;
    }
}
