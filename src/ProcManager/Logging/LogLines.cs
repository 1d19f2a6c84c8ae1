using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ProcManager.Logging;

/// <summary>Which process a message comes from.</summary>
/// <param name="Kind">manager, worker or process.</param>
/// <param name="Slot">The worker's slot; null in the others.</param>
/// <param name="Pid">The process id.</param>
internal readonly record struct LogSource(string Kind, int? Slot, int Pid)
{
    public override string ToString() => Slot is { } slot
        ? string.Create(CultureInfo.InvariantCulture, $"{Kind} {slot} (pid {Pid})")
        : string.Create(CultureInfo.InvariantCulture, $"{Kind} (pid {Pid})");
}

/// <summary>Turns a message into lines of at most PIPE_BUF bytes, in one of the formats.</summary>
internal static class LogLines
{
    /// <param name="format">Not <see cref="LogFormat.Auto"/>.</param>
    /// <param name="notice">The message.</param>
    /// <param name="text">Its text; with the exception, unless the format is JSON.</param>
    /// <param name="app">The manager's title.</param>
    /// <param name="source">The process; null: the message says it itself.</param>
    internal static IEnumerable<byte[]> Of(LogFormat format, Notice notice, string text, string app, LogSource source) => format switch
    {
        LogFormat.Json => [JsonLines.Of(notice, text, app, source)], // a class of its own: a worker without descriptors can load no assembly for a line of text
        LogFormat.Journal => TextPieces.Of(string.Create(CultureInfo.InvariantCulture, $"<{Priority(notice.Level)}>{app}: {source}: "), text),
        _ => TextPieces.Of(string.Create(CultureInfo.InvariantCulture, $"{notice.Time.ToLocalTime():yyyy-MM-ddTHH:mm:ss.fffzzz} {app}: {source}: "), text),
    };

    /// <summary>What a worker writes for a manager that reads its lines, see <see cref="TryReadLevel"/>: the manager adds the rest.</summary>
    internal static IEnumerable<byte[]> ForManager(LogLevel level, string text) => TextPieces.Of(string.Create(CultureInfo.InvariantCulture, $"<{Priority(level)}>"), text);

    /// <summary>The level of a line that begins with <c>&lt;0&gt;</c> to <c>&lt;7&gt;</c>, as sd-daemon(3) has it.</summary>
    internal static bool TryReadLevel(ReadOnlySpan<byte> line, out LogLevel level)
    {
        level = line is [(byte)'<', >= (byte)'0' and <= (byte)'7', (byte)'>', ..]
            ? (line[1] - '0') switch { <= 2 => LogLevel.Critical, 3 => LogLevel.Error, 4 => LogLevel.Warning, 7 => LogLevel.Debug, _ => LogLevel.Information }
            : LogLevel.Information;
        return line.Length > 2 && line[0] == '<' && line[2] == '>' && line[1] is >= (byte)'0' and <= (byte)'7';
    }

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };
}
