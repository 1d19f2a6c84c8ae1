namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>What the manager and its workers hold open, so that a leak shows when the weather is over.</summary>
internal sealed class OpenDescriptors
{
    // The runtime opens some at first use: an epoll of its own, a pipe for a timer, a file in /proc.
    private const int Lazy = 8;
    private readonly int _manager;
    private readonly int _worker;

    private OpenDescriptors(int manager, int worker) => (_manager, _worker) = (manager, worker);

    internal static OpenDescriptors Of(int manager) => new(Count(manager), Workers(manager).Select(Count).DefaultIfEmpty().Max());

    /// <summary>Waits until no process has more than at first; connections that are about to be closed may still be open.</summary>
    internal async Task NothingMore(int manager)
    {
        await Until.True(
            () => Count(manager) <= _manager + Lazy && Workers(manager).All(w => Count(w) <= _worker + Lazy),
            () => $"the manager has at most {_manager} descriptors and {Lazy} more, a worker {_worker} and {Lazy} more.\nmanager: {Text(manager)}\n{string.Join('\n', Workers(manager).Select(static w => $"worker: {Text(w)}"))}",
            10);
    }

    private static IReadOnlyList<int> Workers(int manager) => Native.Children(manager);

    // CoreCLR holds two descriptors of each assembly, and loads some at first use, too.
    private static int Count(int pid) => Links(pid).Count(static l => !l.Replace(" (deleted)", "", StringComparison.Ordinal).EndsWith(".dll", StringComparison.Ordinal));

    private static string Text(int pid) => string.Join(' ', Links(pid).GroupBy(static l => l.Split(':')[0]).Select(static g => $"{g.Key} x {g.Count()}"));

    private static string[] Links(int pid)
    {
        try
        {
            return [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(static f => new FileInfo(f).LinkTarget ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it has just ended
        }
    }
}
