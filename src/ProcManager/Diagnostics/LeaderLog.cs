using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines about which worker leads the pool.</summary>
internal static partial class LeaderLog
{
    [LoggerMessage(1065, LogLevel.Information, "leads the pool from now on")]
    internal static partial void Leads(ILogger log);

    [LoggerMessage(1066, LogLevel.Information, "leads the pool no more, since it was told to leave")]
    internal static partial void LeadsNoMore(ILogger log);

    [LoggerMessage(1067, LogLevel.Error, "this worker can never lead the pool: {Reason}. IsLeader stays false here; allow fcntl(2) with F_OFD_SETLKW or F_SETLKW")]
    internal static partial void CannotLead(ILogger log, string reason);
}
