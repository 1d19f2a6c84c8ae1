using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Snapshots;

/// <summary>Lines about snapshots.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(1160, LogLevel.Warning, "service {Service}: no snapshot was taken: {Reason}")]
    internal static partial void NotTaken(ILogger log, string service, string reason);

    [LoggerMessage(1161, LogLevel.Warning, "service {Service}: the snapshot {Folder} is incomplete: {Reason}")]
    internal static partial void Incomplete(ILogger log, string service, string folder, string reason);

    [LoggerMessage(1162, LogLevel.Warning, "old snapshots in {Folder} could not be removed: {Reason}")]
    internal static partial void NotRemoved(ILogger log, string folder, string reason);
}
