using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines of pid 1.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(1070, LogLevel.Information, "{Signal} came before the manager can take it: it is passed on as soon as the manager has its handlers")]
    internal static partial void Kept(ILogger log, string signal);
}
