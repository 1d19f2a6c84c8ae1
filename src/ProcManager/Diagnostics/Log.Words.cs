using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <content>The lines about the log itself, and about signals that are no orders.</content>
internal static partial class Log
{
    internal static void LinesLost(ILogger log, int count) => LinesLost(log, count, Words.Of(count, "line"), count == 1 ? "was" : "were");

    [LoggerMessage(900, LogLevel.Warning, "{Count} {Lines} {Were} lost here: the reader of this log was too slow or away, or the disk was full")]
    private static partial void LinesLost(ILogger log, int count, string lines, string were);

    [LoggerMessage(901, LogLevel.Information, "SIGHUP came before the first worker was started: there is nothing to reload")]
    internal static partial void HangupBefore(ILogger log);

    [LoggerMessage(902, LogLevel.Warning, "{Signal} comes from the terminal, in whose background this program reads or writes: it is no order and is ignored from now on. To change the number of workers use Scale, or start the program without a terminal (setsid)")]
    internal static partial void SignalOfTerminal(ILogger log, string signal);
}
