using ProcManager.Services.Supervision;

namespace ProcManager.Services.Keeping;

/// <summary>Tells changes: to the log at once, to notifiers with the facts, which may take a moment to collect.</summary>
internal static class Telling
{
    private const int TailLines = 20;
    private const int TailBytes = 4096;

    private static readonly TimeSpan TailPatience = TimeSpan.FromSeconds(2);

    internal static void Tell(KeeperRoom room, KeptService service, ServiceTelling told)
    {
        KeeperLog.Tell(room.Log, service.Name, told.Change, told.Reason);
        Task<string?> snapshot = told.Change is ServiceChange.Down or ServiceChange.Flapping ? service.Snapshot : Task.FromResult(service.Death?.Snapshot);
        DateTimeOffset at = DateTimeOffset.UtcNow;
        long restarts = service.Condition.RestartCount;
        room.Notices.Add(service.Name, service.Notifiers, async () => new ServiceNotice(
            service.Name, told.Change, at, told.Reason, await snapshot.ConfigureAwait(false), restarts, await TailAsync(room, service).ConfigureAwait(false)));
    }

    /// <summary>The last lines that the service or its start command has written. Any thread.</summary>
    internal static async Task<string> TailAsync(KeeperRoom room, KeptService service)
    {
        try
        {
            string text = service.Pipe >= 0
                ? await room.Output.TailAsync(service.Pipe).WaitAsync(TailPatience).ConfigureAwait(false)
                : TailOf(room.Folder.StartOutput(service.Name));
            return string.Join('\n', text.TrimEnd('\n').Split('\n').TakeLast(TailLines));
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            return ""; // the keeper ends, or no start was made yet
        }
    }

    /// <summary>The same of a service whose keeper does not run.</summary>
    internal static string TailOf(KeeperFolder folder, string service, ServiceKind kind)
    {
        try
        {
            return string.Join('\n', TailOf(kind == ServiceKind.Foreground ? folder.Log(service) : folder.StartOutput(service)).TrimEnd('\n').Split('\n').TakeLast(TailLines));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string TailOf(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Max(0, file.Length - TailBytes);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
