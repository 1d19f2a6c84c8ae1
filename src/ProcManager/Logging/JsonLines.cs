using System.Globalization;
using System.Text.Json;
using ProcManager.Diagnostics;

namespace ProcManager.Logging;

/// <summary>A message as one JSON object, see <see cref="LogFormat.Json"/>.</summary>
internal static class JsonLines
{
    /// <summary>For the names, the numbers and the time.</summary>
    private const int RoomForFields = 512;

    private static readonly JsonWriterOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A pipe keeps a line of PIPE_BUF bytes whole. What does not fit is cut, the exception first.
    internal static byte[] Of(Notice notice, string text, string app, LogSource source)
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
