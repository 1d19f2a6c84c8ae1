namespace ProcManager.Benchmarks;

/// <summary>
/// What a request costs in CPU time, manager and workers together, when 64 workers wait for it against 2. Both pools live at the
/// same time and are asked in turns.
/// </summary>
internal static class RequestCostBenchmark
{
    private const int Rounds = 5;
    private const int Requests = 15_000;
    private const int Clients = 2;

    internal static void Run(Table table)
    {
        using Running few = Programs.StartManager(2);
        using Running many = Programs.StartManager(64);
        foreach (Running pool in new[] { few, many, few, many })
        {
            _ = Cost(pool); // until the workers' code is compiled for good
        }

        List<double> costFew = [];
        List<double> costMany = [];
        for (int round = 0; round < Rounds; round++)
        {
            costFew.Add(Cost(few));
            costMany.Add(Cost(many));
        }

        table.AtMostTimes("CPU time a request, 64 workers", costMany.Median(), "2 workers", costFew.Median(), 1.2, "us");
    }

    private static double Cost(Running pool)
    {
        var load = new Load(pool.Port);
        double before = CpuSeconds(pool);
        load.Run(Clients, Requests);
        double used = CpuSeconds(pool) - before;
        return load.Failed.Count == 0 ? used / Requests * 1e6 : throw new InvalidOperationException($"{load.Failed.Count} requests failed: {load.Failed.First()}");
    }

    private static double CpuSeconds(Running pool) => ProcFs.CpuSeconds(pool.Pid) + ProcFs.Children(pool.Pid).Sum(ProcFs.CpuSeconds);
}
