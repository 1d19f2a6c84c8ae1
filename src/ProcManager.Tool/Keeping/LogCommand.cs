using ProcManager.Posix;
using ProcManager.Services.Keeping;
using ProcManager.Tool.Commands;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Keeping;

/// <summary><c>procman keep log</c>: the end of a file, and what comes then.</summary>
internal static class LogCommand
{
    internal const int Lines = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    internal static int Run(string folder, string service, int lines, bool follow)
    {
        string path = PathOf(folder, service);
        using var end = new ManualResetEvent(false);
        using EndSignals? signals = follow ? new EndSignals(() => end.Set()) : null;
        if (follow)
        {
            ClosedOutput.Watch(() => end.Set());
        }

        using Stream output = VisibleText.OfStandardOutput();
        using var log = new FollowedFile(path, output);
        if (!log.WriteEnd(lines) && !follow)
        {
            throw ToolException.CouldNotAsk($"there is no log: {path} is not there. Nothing was written yet, or nothing since it was removed.");
        }

        while (follow && !end.WaitOne(Interval))
        {
            log.WriteNew();
        }

        return ExitCodes.Done;
    }

    // Without a keeper the files are still there.
    private static string PathOf(string folder, string service)
    {
        try
        {
            using ManagerClient keeper = KeeperFinder.Connect(folder);
            return keeper.Ask(KeeperRequest.Of("log", service)).GetProperty("result").GetString()!;
        }
        catch (ToolException e) when (e.ExitCode == ExitCodes.CouldNotAsk)
        {
            if (Left(KeeperFolder.At(folder), service) is { } path)
            {
                return path;
            }

            throw;
        }
    }

    // The newer one: the kind may have changed between two keepers.
    private static string? Left(KeeperFolder folder, string service) => service.Contains('/', StringComparison.Ordinal)
        ? null
        : new[] { folder.Log(service), folder.StartOutput(service) }.Where(static f => FileIdentity.OfPath(f) is not null).MaxBy(File.GetLastWriteTimeUtc);
}
