using System.Buffers.Binary;
using System.Text;

namespace ProcManager.FastCgi.ComponentTests.Infrastructure;

/// <summary>Records as a web server builds them, by hand and apart from the library's own code.</summary>
internal static class Wire
{
    internal const int Begin = 1, Abort = 2, End = 3, Params = 4, Stdin = 5, Stdout = 6, Stderr = 7, Data = 8, GetValues = 9, GetValuesResult = 10, UnknownType = 11;

    internal static byte[] Record(int type, int id, ReadOnlySpan<byte> content = default, int padding = 0, int version = 1)
    {
        byte[] record = new byte[8 + content.Length + padding];
        record[0] = (byte)version;
        record[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(2), (ushort)id);
        BinaryPrimitives.WriteUInt16BigEndian(record.AsSpan(4), (ushort)content.Length);
        record[6] = (byte)padding;
        content.CopyTo(record.AsSpan(8));
        record.AsSpan(8 + content.Length).Fill(0xee); // padding is not to be looked at
        return record;
    }

    internal static byte[] BeginRequest(int id = 1, int role = 1, bool keep = false) => Record(Begin, id, [(byte)(role >> 8), (byte)role, (byte)(keep ? 1 : 0), 0, 0, 0, 0, 0]);

    internal static byte[] Pair(string name, string value)
    {
        byte[] n = Encoding.UTF8.GetBytes(name);
        byte[] v = Encoding.UTF8.GetBytes(value);
        return [.. Length(n.Length), .. Length(v.Length), .. n, .. v];
    }

    internal static byte[] Length(int length) =>
        length < 128 ? [(byte)length] : [(byte)((length >> 24) | 0x80), (byte)(length >> 16), (byte)(length >> 8), (byte)length];

    internal static byte[] Pairs(params (string Name, string Value)[] pairs) => [.. pairs.SelectMany(static p => Pair(p.Name, p.Value))];

    /// <summary>A stream in records of this size, its empty end included.</summary>
    internal static byte[] Stream(int type, int id, ReadOnlySpan<byte> content, int size = 65535, int padding = 0)
    {
        var all = new List<byte>();
        for (int at = 0; at < content.Length; at += size)
        {
            all.AddRange(Record(type, id, content.Slice(at, Math.Min(size, content.Length - at)), padding));
        }

        all.AddRange(Record(type, id, default, padding));
        return [.. all];
    }

    internal static byte[] Request(int id = 1, bool keep = false, byte[]? body = null, int role = 1, params (string Name, string Value)[] pairs) =>
    [
        .. BeginRequest(id, role, keep),
        .. Stream(Params, id, Pairs([("REQUEST_METHOD", body is null ? "GET" : "POST"), ("REQUEST_URI", "/"), .. pairs])),
        .. Stream(Stdin, id, body ?? []),
    ];
}

internal sealed record Received(int Type, int Id, byte[] Content, int Padding);

/// <summary>What came back for one request.</summary>
internal sealed record Reply(byte[] Stdout, byte[] Stderr, int Status, uint AppStatus, IReadOnlyList<Received> Records)
{
    internal string Text => Encoding.UTF8.GetString(Stdout);

    internal string Head => Text[..(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 2)];

    internal string Body => Text[(Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
