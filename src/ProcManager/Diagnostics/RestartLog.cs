using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about a restart in place.</summary>
internal static partial class RestartLog
{
    [LoggerMessage(1010, LogLevel.Information, "restart in place: {Path} is tried")]
    internal static partial void Tries(ILogger log, string path);

    [LoggerMessage(1011, LogLevel.Information, "restart in place: the new program can start; it takes over when what is under way is over: {UnderWay}")]
    internal static partial void Waits(ILogger log, string underWay);

    [LoggerMessage(1012, LogLevel.Information, "restart in place: {Path} takes over; workers serve on")]
    internal static partial void TakesOver(ILogger log, string path);

    [LoggerMessage(1013, LogLevel.Error, "restart in place is refused, the manager goes on as it is: {Reason}")]
    internal static partial void Refused(ILogger log, string reason);

    internal static void GoesOn(ILogger log, int count, string library) => GoesOn(log, count, Words.Of(count, "worker"), library);

    [LoggerMessage(1014, LogLevel.Information, "managing goes on after a restart in place, with {Count} {Workers} that the manager before (ProcManager {Library}) has started")]
    private static partial void GoesOn(ILogger log, int count, string workers, string library);

    [LoggerMessage(1015, LogLevel.Warning, "listener '{Name}' of the manager before is not opened by this program; it is closed, and workers that have it serve on until they are replaced")]
    internal static partial void ListenerLeft(ILogger log, string name);
}
