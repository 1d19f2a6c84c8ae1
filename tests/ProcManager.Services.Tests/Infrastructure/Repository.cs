using System.Reflection;

namespace ProcManager.Services.Tests;

/// <summary>Files of the repository and the programs that were built with the tests.</summary>
internal static class Repository
{
    internal static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The command-line tool.</summary>
    internal static string Procman { get; } = Path.Combine(Metadata("ProcmanPath"), "procman");

    /// <summary>The sample of a pool with a side-car.</summary>
    internal static string SideCars { get; } = Path.Combine(Metadata("SideCarsPath"), "SideCars");

    private static string Metadata(string key) => typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
