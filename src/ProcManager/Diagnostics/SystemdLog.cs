using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about systemd.</summary>
internal static partial class SystemdLog
{
    [LoggerMessage(995, LogLevel.Warning, "NOTIFY_SOCKET is '{Value}', so systemd is not told of this service: {Reason}")]
    internal static partial void NoSocket(ILogger log, string value, string reason);

    [LoggerMessage(996, LogLevel.Warning, "systemd cannot be told of this service ({Reason}); tried again with each message, and the pool is not affected")]
    internal static partial void NotTold(ILogger log, string reason);

    [LoggerMessage(997, LogLevel.Warning, "systemd has passed on the socket '{Name}' (descriptor {Descriptor}), and no listener takes it: it is not served. Each listener takes one socket, of its own name (FileDescriptorName= of the socket unit)")]
    internal static partial void NotTaken(ILogger log, string name, int descriptor);
}
