using System.Runtime.CompilerServices;

namespace ProcManager.Tests.Infrastructure;

/// <summary>Where the source lies.</summary>
internal static class Repository
{
    internal static string Tests { get; } = Path.GetFullPath(Path.Combine(ThisFile(), "..", ".."));

    internal static string Source { get; } = Path.GetFullPath(Path.Combine(Tests, "..", "..", "src"));

    internal static string Core { get; } = Path.Combine(Source, "ProcManager");

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
