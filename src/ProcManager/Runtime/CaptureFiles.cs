using System.Globalization;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>
/// Where stacks and dumps go. A dump holds all that a worker had in memory, and is written by name. So the folder is the option's, which must
/// not be writable by every user, or a folder of our own that only the user of the workers may enter: a worker's own runtime writes its dump.
/// </summary>
/// <param name="options">The manager's options.</param>
/// <param name="log">The manager's log.</param>
/// <param name="workers">As whom the workers run; null: as this process.</param>
internal sealed class CaptureFiles(ProcessManagerOptions options, ILogger log, Credentials? workers = null)
{
    private string? _private;

    /// <summary>Null: the text goes to the log.</summary>
    internal string? ForText(WorkerHandle worker) => options.CaptureFolder is { } option && IsSafe(option) ? FileIn(option, worker, "txt") : null;

    /// <summary>Null: there is no folder for a dump, which was told.</summary>
    internal string? ForDump(WorkerHandle worker)
    {
        string? folder = options.CaptureFolder is not { } option ? Private() : IsSafe(option) ? option : null;
        return folder is null ? null : FileIn(folder, worker, "dmp");
    }

    private static string FileIn(string folder, WorkerHandle worker, string extension) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"hang-{worker.Pid}-slot{worker.Slot}-{DateTimeOffset.UtcNow:yyyyMMddTHHmmss.fff}.{extension}"));

    /// <summary>Made at the first dump, and made anew when a clean-up of the folder for temporary files took it.</summary>
    private string? Private()
    {
        try
        {
            return _private is not null && FileIdentity.OfPath(_private) is { IsFolder: true } there && IsTrusted(there)
                ? _private
                : _private = NewFolder();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException)
        {
            Log.CaptureFolderRefused(log, Path.GetTempPath(), e.Message.TrimEnd('.'));
            return null;
        }
    }

    private string NewFolder()
    {
        string path = Directory.CreateTempSubdirectory("procmanager-dumps-").FullName; // a random name, and only its owner may enter
        if (workers is not null)
        {
            using var folder = OpenFolder.Open(path, follow: false);
            folder.Give(workers.User, workers.Group);
        }

        return path;
    }

    private bool IsTrusted(FileIdentity file) => file.IsOursOrRoots || file.Owner == workers?.User;

    private bool IsSafe(string folder)
    {
        string? reason = FileIdentity.OfTarget(folder) switch
        {
            { } other when !IsTrusted(other) => string.Create(CultureInfo.InvariantCulture, $"it belongs to another user ({other.Owner})"),
            { IsFolder: true, IsWritableByAll: true } => "every user may write to it",
            _ when FileIdentity.OfPath(folder) is { IsSymbolicLink: true } link && !IsTrusted(link) => string.Create(CultureInfo.InvariantCulture, $"it is a link of another user ({link.Owner})"),
            _ => null, // a missing folder is told when the file cannot be written
        };
        if (reason is not null)
        {
            Log.CaptureFolderRefused(log, folder, reason);
        }

        return reason is null;
    }
}
