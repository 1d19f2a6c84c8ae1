using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Notification;

/// <summary>Lines about notices that did not arrive.</summary>
internal static partial class NotificationLog
{
    [LoggerMessage(1170, LogLevel.Warning, "service {Service}: the notice '{Change}' was not told by {Notifier}: {Reason}")]
    internal static partial void NotTold(ILogger log, string service, ServiceChange change, string notifier, string reason);

    [LoggerMessage(1171, LogLevel.Warning, "service {Service}: a notice is not told: {Count} notices wait already")]
    internal static partial void QueueFull(ILogger log, string service, int count);

    [LoggerMessage(1172, LogLevel.Error, "a notice could not be made")]
    internal static partial void Failed(ILogger log, Exception exception);
}
