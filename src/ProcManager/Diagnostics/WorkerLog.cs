using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines of a worker: 5xx, see <see cref="Log"/>.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(500, LogLevel.Debug, "handling requests")]
    internal static partial void Handling(ILogger log);

    [LoggerMessage(501, LogLevel.Information, "safe exit after {Reason}")]
    internal static partial void SafeExit(ILogger log, string reason);

    [LoggerMessage(502, LogLevel.Information, "safe exit: the manager has died")]
    internal static partial void SafeExitManagerGone(ILogger log);

    [LoggerMessage(503, LogLevel.Error, "a callback of Stopping failed")]
    internal static partial void StoppingCallbackFailed(ILogger log, Exception exception);

    [LoggerMessage(504, LogLevel.Warning, "no connection can be accepted: {Reason}. Tried again; raise the limit of open files (ulimit -n, LimitNOFILE=), or close what the program leaves open")]
    internal static partial void AcceptFailed(ILogger log, string reason);

    [LoggerMessage(507, LogLevel.Error, "a connection was closed because serving it has failed; the worker goes on")]
    internal static partial void ServingFailed(ILogger log, Exception exception);

    [LoggerMessage(506, LogLevel.Warning, "a request was given a limit of its own, but no watchdog is on. Set RequestTimeout, or WatchdogInterval when only such requests are to have a limit")]
    internal static partial void LimitUnwatched(ILogger log);

    [LoggerMessage(505, LogLevel.Warning, "listener '{Name}' is bound to {Bound} by the manager; this program asks for {Asked}, which takes a restart of the manager")]
    internal static partial void ListenerDiffers(ILogger log, string name, string bound, string asked);

    internal static void Orphaned(ILogger log, TimeSpan time) => Orphaned(log, Words.Time(time));

    [LoggerMessage(960, LogLevel.Warning, "the manager has died: this worker accepts nothing more, finishes what is under way, and is killed after {Time} (DieTimeout) if it has not ended by then")]
    private static partial void Orphaned(ILogger log, string time);

    [LoggerMessage(961, LogLevel.Warning, "the thread '{Name}' cannot be made; the worker goes on without it. Raise the limit of processes and threads (pids.max, TasksMax=, ulimit -u)")]
    internal static partial void ThreadNotMade(ILogger log, string name);

    [LoggerMessage(508, LogLevel.Error, "{Path} could not be opened when it was needed, and the runtime does not try again: this worker accepts nothing more and is replaced. Raise the limit of open files (ulimit -n, LimitNOFILE=), or close what the program leaves open")]
    internal static partial void AssemblyNotLoaded(ILogger log, string path);
}
