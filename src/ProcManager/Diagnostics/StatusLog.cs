using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about the status page and the control socket.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(980, LogLevel.Information, "the status page is at {Address}")]
    internal static partial void Serves(ILogger log, string address);

    [LoggerMessage(981, LogLevel.Error, "the status page cannot be served: no thread can be made, as at a limit of threads or memory")]
    internal static partial void NoThread(ILogger log);

    [LoggerMessage(982, LogLevel.Error, "the status page could not answer; the pool is not affected")]
    internal static partial void Failed(ILogger log, Exception exception);

    [LoggerMessage(987, LogLevel.Information, "{Peek}")]
    internal static partial void Peeked(ILogger log, string peek);

    [LoggerMessage(988, LogLevel.Information, "paused: workers finish what they have; new connections wait in the queue until the pool is resumed")]
    internal static partial void Paused(ILogger log);

    [LoggerMessage(989, LogLevel.Information, "resumed: workers accept connections again")]
    internal static partial void Resumed(ILogger log);

    [LoggerMessage(990, LogLevel.Information, "the lowest level of this library's messages: {Level}")]
    internal static partial void LevelSet(ILogger log, string level);

    [LoggerMessage(991, LogLevel.Warning, "the {Name} socket's file '{Path}' was removed or replaced; it is bound again")]
    internal static partial void SocketRenewed(ILogger log, string name, string path);

    [LoggerMessage(992, LogLevel.Warning, "the {Name} socket's file '{Path}' was removed or replaced and cannot be bound again: {Reason}")]
    internal static partial void SocketNotRenewed(ILogger log, string name, string path, string reason);

    [LoggerMessage(983, LogLevel.Debug, "the control socket is {Path}")]
    internal static partial void Controls(ILogger log, string path);

    [LoggerMessage(984, LogLevel.Warning, "there is no control socket: {Reason}")]
    internal static partial void NoControl(ILogger log, string reason);

    [LoggerMessage(985, LogLevel.Error, "the control socket cannot be served: no thread can be made, as at a limit of threads or memory")]
    internal static partial void NoControlThread(ILogger log);

    [LoggerMessage(986, LogLevel.Error, "the control socket could not serve a client; everything else goes on")]
    internal static partial void ControlFailed(ILogger log, Exception exception);
}
