using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;

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
    /// <summary>What JSON may add to a text: each character may become six.</summary>
    private const int RoomForFields = 512;

    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="format">Not <see cref="LogFormat.Auto"/>.</param>
    /// <param name="notice">The message.</param>
    /// <param name="text">Its text; with the exception, unless the format is JSON.</param>
    /// <param name="app">The manager's title.</param>
    /// <param name="source">The process; null: the message says it itself.</param>
    internal static IEnumerable<byte[]> Of(LogFormat format, Notice notice, string text, string app, LogSource source) => format switch
    {
        LogFormat.Json => [Json(notice, text, app, source)],
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

    // A pipe keeps a line of PIPE_BUF bytes whole. What does not fit is cut, the exception first.
    private static byte[] Json(Notice notice, string text, string app, LogSource source)
    {
        string? exception = notice.Exception?.ToString();
        int room = TextPieces.MaxBytes;
        while (true)
        {
            byte[] line = Write(notice, text, exception, app, source);
            int over = line.Length - room;
            if (over <= 0)
            {
                return line;
            }

            if (exception is { Length: > 1 })
            {
                exception = Cut(exception, over);
            }
            else
            {
                text = Cut(text, over);
            }
        }
    }

    // So many bytes of JSON less, and room for the sign: a character may be one byte there or six.
    private static string Cut(string text, int over)
    {
        int encoded = JsonEncodedText.Encode(text, Compact.Encoder).EncodedUtf8Bytes.Length;
        long characters = ((long)(over + 3) * text.Length / encoded) + 1;
        int left = (int)Math.Max(0, text.Length - Math.Max(characters, 2));
        return string.Concat(text.AsSpan(0, left > 0 && char.IsHighSurrogate(text[left - 1]) ? left - 1 : left), "…");
    }

    private static byte[] Write(Notice notice, string text, string? exception, string app, LogSource source)
    {
        using var buffer = new MemoryStream(RoomForFields + text.Length);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartObject();
            json.WriteString("time", notice.Time.UtcDateTime);
            json.WriteString("level", notice.Level.ToString());
            json.WriteNumber("event", notice.EventId.Id);
            json.WriteString("app", app);
            json.WriteString("process", source.Kind);
            if (source.Slot is { } slot)
            {
                json.WriteNumber("slot", slot);
            }

            json.WriteNumber("pid", source.Pid);
            json.WriteString("message", text);
            WriteData(json, notice, text);
            if (exception is not null)
            {
                json.WriteString("exception", exception);
            }

            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static void WriteData(Utf8JsonWriter json, Notice notice, string text)
    {
        // A cut text leaves no room for the values that stand in it.
        if (notice.Category == LogCategories.Output || notice.State.Count < 2 || text.EndsWith('…'))
        {
            return;
        }

        json.WriteStartObject("data");
        foreach ((string name, object? value) in notice.State)
        {
            switch (value)
            {
                case var _ when name == "{OriginalFormat}":
                    break;
                case null:
                    json.WriteNull(name);
                    break;
                case int number:
                    json.WriteNumber(name, number);
                    break;
                case long number:
                    json.WriteNumber(name, number);
                    break;
                case bool isSo:
                    json.WriteBoolean(name, isSo);
                    break;
                default:
                    json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }
}
