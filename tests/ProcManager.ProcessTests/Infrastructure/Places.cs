using System.Reflection;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Where the programs under test were built.</summary>
internal static class Places
{
    internal static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    internal static string TestWorkerFolder { get; } = Metadata("TestWorkerPath");

    internal static string TestWorker { get; } = Path.Combine(TestWorkerFolder, "ProcManager.TestWorker");

    internal static string HelloWorkers { get; } = Path.Combine(Metadata("HelloWorkersPath"), "HelloWorkers");

    internal static string OneShot { get; } = Path.Combine(Metadata("OneShotPath"), "OneShot");

    internal static string WorkerZoo { get; } = Path.Combine(Metadata("WorkerZooPath"), "WorkerZoo");

    /// <summary>The library as a later version with another scoreboard.</summary>
    internal static string IncompatibleLibrary => Metadata("IncompatibleLibrary");

    /// <summary>The command-line tool.</summary>
    internal static string Procman => Path.Combine(Metadata("ProcmanPath"), "procman");

    private static string Metadata(string key) => typeof(Places).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(a => a.Key == key).Value!;
}
