using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about processes that do what no program of ours does.</summary>
internal static partial class SecurityLog
{
    [LoggerMessage(1080, LogLevel.Error, "worker {Slot} (pid {Pid}) sends bytes without end to the manager on its lifeline, which is closed: the worker has to leave and is replaced. Some code in it writes to a descriptor that is not its own")]
    internal static partial void TalksWithoutEnd(ILogger log, int slot, int pid);
}
