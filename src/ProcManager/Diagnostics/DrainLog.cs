using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>The lines about the time between the call to stop and the stop.</summary>
internal static partial class DrainLog
{
    internal static void Began(ILogger log, TimeSpan delay) => Began(log, Words.Time(delay));

    [LoggerMessage(1060, LogLevel.Information, "told to stop: the pool serves on for {Delay} (DrainDelay) while /ready says no, then it stops. Told again it stops at once")]
    private static partial void Began(ILogger log, string delay);

    [LoggerMessage(1061, LogLevel.Information, "told to stop again: the rest of DrainDelay is left out")]
    internal static partial void Cut(ILogger log);
}
