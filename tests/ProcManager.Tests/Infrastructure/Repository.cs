namespace ProcManager.Tests.Infrastructure;

/// <summary>Where the source lies: above the built tests. The compiler's own paths are rewritten in a deterministic build.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find(AppContext.BaseDirectory);

    internal static string Tests { get; } = Path.Combine(Root, "tests", "ProcManager.Tests");

    internal static string Source { get; } = Path.Combine(Root, "src");

    internal static string Core { get; } = Path.Combine(Source, "ProcManager");

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "ProcManager.sln"))
        ? folder
        : Find(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) ?? throw new DirectoryNotFoundException("No folder above the tests has ProcManager.sln."));
}
