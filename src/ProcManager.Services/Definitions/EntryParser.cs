using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ProcManager.Services.Definitions;

/// <summary>Reads JSON, with comments and trailing commas, into values that know their line.</summary>
internal ref struct EntryParser
{
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly ReadOnlySpan<byte> _json;
    private Utf8JsonReader _reader;
    private int _line = 1;
    private int _counted;

    private EntryParser(ReadOnlySpan<byte> json)
    {
        _json = json;
        _reader = new Utf8JsonReader(json, Options);
    }

    /// <summary>The root; or the place and the reason, when the text is no JSON.</summary>
    internal static (Entry? Root, string? Mistake) Parse(ReadOnlySpan<byte> json, string file)
    {
        json = json.StartsWith(Encoding.UTF8.Preamble) ? json[Encoding.UTF8.Preamble.Length..] : json;
        if (!Utf8.IsValid(json))
        {
            return (null, Broken(file, json, LengthOfUtf8(json), "the text is not UTF-8"));
        }

        if (json.Trim(" \t\r\n"u8).IsEmpty)
        {
            return (null, $"{file}:1: the file is empty");
        }

        var parser = new EntryParser(json);
        try
        {
            parser.Read();
            Entry root = parser.Value("");
            parser.Read(); // what stands behind the root is a mistake
            return (root, null);
        }
        catch (JsonException e)
        {
            return (null, Broken(file, json, Offset(json, e), Reason(e)));
        }
        catch (InvalidOperationException)
        {
            return (null, Broken(file, json, (int)parser._reader.TokenStartIndex, "the escapes of this text give no characters")); // such as half of a surrogate pair
        }
    }

    private void Read() => _reader.Read();

    private Entry Value(string path)
    {
        Place place = Place();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Members(new Entry(EntryKind.Object, place, path, ""));
            case JsonTokenType.StartArray:
                return Items(new Entry(EntryKind.List, place, path, ""));
            case JsonTokenType.String:
                return new Entry(EntryKind.Text, place, path, _reader.GetString()!);
            case JsonTokenType.Number:
                return new Entry(EntryKind.Number, place, path, Encoding.UTF8.GetString(_reader.ValueSpan));
            case JsonTokenType.Null:
                return new Entry(EntryKind.Null, place, path, "");
            default:
                return new Entry(EntryKind.Switch, place, path, _reader.TokenType == JsonTokenType.True ? "true" : "false");
        }
    }

    private Entry Members(Entry entry)
    {
        Read();
        while (_reader.TokenType == JsonTokenType.PropertyName)
        {
            Place place = Place();
            string name = _reader.GetString()!;
            Read();
            entry.Members.Add(new Member(name, place, Value(entry.PathOf(name))));
            Read();
        }

        return entry;
    }

    private Entry Items(Entry entry)
    {
        Read();
        while (_reader.TokenType != JsonTokenType.EndArray)
        {
            entry.Items.Add(Value(entry.PathOf(entry.Items.Count)));
            Read();
        }

        return entry;
    }

    /// <summary>Where the token begins that was just read.</summary>
    private Place Place()
    {
        int start = (int)_reader.TokenStartIndex;
        _line += _json[_counted..start].Count((byte)'\n');
        _counted = start;
        return new Place(start, _line);
    }

    private static string Broken(string file, ReadOnlySpan<byte> json, int offset, string reason)
    {
        ReadOnlySpan<byte> before = json[..offset];
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{file}:{line}:{column}: this is no JSON: {reason}");
    }

    // The exception counts lines from 0 and bytes of the line.
    private static int Offset(ReadOnlySpan<byte> json, JsonException e)
    {
        int offset = 0;
        for (long line = 0; line < (e.LineNumber ?? 0); line++)
        {
            offset += json[offset..].IndexOf((byte)'\n') + 1;
        }

        return Math.Min(json.Length, offset + (int)(e.BytePositionInLine ?? 0));
    }

    private static string Reason(JsonException e)
    {
        int place = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (place < 0 ? e.Message : e.Message[..place]).TrimEnd('.');
    }

    private static int LengthOfUtf8(ReadOnlySpan<byte> bytes)
    {
        int length = 0;
        while (Rune.DecodeFromUtf8(bytes[length..], out _, out int consumed) == System.Buffers.OperationStatus.Done)
        {
            length += consumed;
        }

        return length;
    }
}
