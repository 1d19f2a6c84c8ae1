using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;

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

    internal static void GivenUp(ILogger log, int count) => GivenUp(log, count, Words.Of(count, "request"), Words.Are(count));

    [LoggerMessage(653, LogLevel.Warning, "{Count} {Requests} {Are} still under way at the end of the host's ShutdownTimeout and {Are} given up.")]
    private static partial void GivenUp(ILogger log, int count, string requests, string are);

    [LoggerMessage(655, LogLevel.Error, "A request could not be served.")]
    internal static partial void NotServed(ILogger log, Exception exception);

    [LoggerMessage(656, LogLevel.Error, "{Method} {Path} ({TraceIdentifier}): a callback on RequestAborted threw an exception; the worker goes on.")]
    internal static partial void AbortCallbackThrew(ILogger log, Exception exception, string method, string path, string traceIdentifier);

    [LoggerMessage(657, LogLevel.Warning, "No key for data protection could be made in {Folder} before the first request; workers that each make one may not read each other's cookies and tokens for some minutes.")]
    internal static partial void NoKeyMade(ILogger log, Exception exception, string folder);

    [LoggerMessage(658, LogLevel.Warning, "SignalR is mapped ({Hubs}) and there are up to {Workers} workers. FastCGI has no WebSockets, and the requests of one client meet different workers, which answer 404 to connections that they do not know. Set ProcessManager:ProcessCount to 1 for this application, or let the web server send the paths of its hubs to a pool of one worker.")]
    internal static partial void SignalRWithManyWorkers(ILogger log, string hubs, int workers);

    [LoggerMessage(654, LogLevel.Critical, "No more requests can be accepted; the application is stopped.")]
    internal static partial void AcceptFailed(ILogger log, Exception exception);
}
