namespace ProcManager.Benchmarks;

/// <summary>Rolling reloads of four workers while eight clients ask without a pause; in turns with times without a reload.</summary>
internal static class ReloadBenchmark
{
    internal static void Run(Table table)
    {
        using Running manager = Programs.StartManager(4);
        Reloads.Measure(manager).Print(table, "rolling reloads", null);
    }
}
