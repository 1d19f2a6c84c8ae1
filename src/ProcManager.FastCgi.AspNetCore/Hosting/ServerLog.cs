using Microsoft.Extensions.Logging;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>Every line of the log. The numbers are stable: 65x.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(650, LogLevel.Error, "{Method} {Path} ({TraceIdentifier}): the application threw an exception.")]
    internal static partial void ApplicationError(ILogger log, Exception exception, string method, string path, string traceIdentifier);

    [LoggerMessage(651, LogLevel.Debug, "{Method} {Path} ({TraceIdentifier}): the client was gone before the answer was complete.")]
    internal static partial void ClientGone(ILogger log, Exception exception, string method, string path, string traceIdentifier);

    [LoggerMessage(652, LogLevel.Debug, "{Method} {Path} ({TraceIdentifier}): a bad request, answered with {Status}.")]
    internal static partial void BadRequest(ILogger log, Exception exception, string method, string path, string traceIdentifier, int status);

    [LoggerMessage(653, LogLevel.Warning, "{Count} requests are still under way at the end of the host's ShutdownTimeout and are given up.")]
    internal static partial void GivenUp(ILogger log, int count);

    [LoggerMessage(655, LogLevel.Error, "A request could not be served.")]
    internal static partial void NotServed(ILogger log, Exception exception);

    [LoggerMessage(654, LogLevel.Critical, "No more requests can be accepted; the application is stopped.")]
    internal static partial void AcceptFailed(ILogger log, Exception exception);
}
