using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about the users of manager and workers.</summary>
internal static partial class PrivilegeLog
{
    [LoggerMessage(1040, LogLevel.Information, "workers run as {User}; the manager keeps its privileges")]
    internal static partial void WorkersAreOfUser(ILogger log, string user);

    [LoggerMessage(1041, LogLevel.Information, "this process has given up its privileges for good: it is {User}")]
    internal static partial void GivenUp(ILogger log, string user);

    [LoggerMessage(1042, LogLevel.Warning, "the pid file {Path} cannot be removed ({Reason}), so it was emptied; the next start uses it again")]
    internal static partial void PidFileEmptied(ILogger log, string path, string reason);

    [LoggerMessage(1043, LogLevel.Warning, "the socket file {Path} cannot be removed ({Reason}), and stays behind; the next start by root replaces it")]
    internal static partial void SocketFileLeft(ILogger log, string path, string reason);

    [LoggerMessage(1044, LogLevel.Warning, "the limits of memory have no effect: MemoryMeasure is Proportional, and of workers of another user the manager can read it with the capability CAP_SYS_PTRACE only. Choose another MemoryMeasure")]
    internal static partial void MemoryNotReadable(ILogger log);
}
