using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about the log file and about what workers write.</summary>
internal static partial class OutputLog
{
    /// <summary>A line that a worker has written.</summary>
    internal static readonly EventId WorkerLine = new(1000, nameof(WorkerLine));

    [LoggerMessage(1001, LogLevel.Information, "log file {Path}: opened again")]
    internal static partial void Reopens(ILogger log, string path);

    [LoggerMessage(1002, LogLevel.Warning, "log file {Path} cannot be {What}: {Reason} The open file is written on")]
    internal static partial void NotDone(ILogger log, string path, string what, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "{Count} lines of workers were lost: the log took nothing, or more was written than it takes")]
    internal static partial void LinesLost(ILogger log, long count);

    [LoggerMessage(1004, LogLevel.Warning, "Detach has no effect {Where}: {Reason}")]
    internal static partial void NotDetached(ILogger log, string where, string reason);
}
