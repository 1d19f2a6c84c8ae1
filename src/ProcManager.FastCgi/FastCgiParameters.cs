using System.Buffers;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi;

/// <summary>
/// The parameters of a request, as the web server sent them (FastCGI specification 5.2): the CGI variables, request headers as
/// <c>HTTP_…</c>, and what its configuration adds. Names are compared byte by byte. A header that came twice has both values, joined with
/// a comma (<c>HTTP_COOKIE</c>: a semicolon; RFC 3875 4.1.18); another name, and <c>HTTP_HOST</c>, its last value. An empty name, and <c>HTTP_PROXY</c> (which a client could choose, and some programs take for a setting), are left out. Valid until the request is completed.
/// </summary>
#pragma warning disable CA1710 // "Headers" and "Parameters" are what they are called everywhere
public sealed class FastCgiParameters : IReadOnlyCollection<KeyValuePair<string, string>>
#pragma warning restore CA1710
{
    private Pair[] _pairs = new Pair[32];
    private ReadOnlyMemory<byte> _bytes;

    internal FastCgiParameters()
    {
    }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The value as text (UTF-8); null when there is none of this name.</summary>
    /// <param name="name">The name, such as <c>REQUEST_URI</c>.</param>
    public string? this[string name] => TryGetValue(name, out string? value) ? value : null;

    /// <summary>Finds a value's bytes. Nothing is allocated.</summary>
    /// <param name="name">The name, such as <c>"REQUEST_URI"u8</c>.</param>
    /// <param name="value">The value's bytes, valid until the request is completed.</param>
    /// <returns>False when there is none of this name.</returns>
    public bool TryGetBytes(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> bytes = _bytes.Span;
        for (int i = Count - 1; i >= 0; i--)
        {
            ref readonly Pair pair = ref _pairs[i];
            if (pair.NameLength == name.Length && bytes.Slice(pair.Name, pair.NameLength).SequenceEqual(name))
            {
                value = pair.ValueIn(bytes);
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Finds a value as text (UTF-8).</summary>
    /// <param name="name">The name, such as <c>REQUEST_URI</c>.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when there is none of this name.</returns>
    public bool TryGetValue(string name, [NotNullWhen(true)] out string? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<byte> bytes = name.Length <= 128 ? stackalloc byte[name.Length * 3] : new byte[name.Length * 3];
        int length = Encoding.UTF8.GetBytes(name, bytes);
        value = TryGetBytes(bytes[..length], out ReadOnlySpan<byte> found) ? Encoding.UTF8.GetString(found) : null;
        return value is not null;
    }

    /// <summary>All of them, in the order they came, as text.</summary>
    /// <returns>An enumerator over a copy of what there is now.</returns>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
    {
        var all = new List<KeyValuePair<string, string>>(Count);
        for (int i = 0; i < Count; i++)
        {
            Pair pair = _pairs[i];
            all.Add(new(Encoding.UTF8.GetString(_bytes.Span.Slice(pair.Name, pair.NameLength)), Encoding.UTF8.GetString(pair.ValueIn(_bytes.Span))));
        }

        return all.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal ReadOnlySpan<byte> NameAt(int index) => _bytes.Span.Slice(_pairs[index].Name, _pairs[index].NameLength);

    internal ReadOnlySpan<byte> ValueAt(int index) => _pairs[index].ValueIn(_bytes.Span);

    /// <summary>Takes a whole PARAMS stream. False: it ends within a pair, or there are more pairs than allowed (<paramref name="tooMany"/>).</summary>
    internal bool TryParse(ReadOnlyMemory<byte> bytes, int most, out bool tooMany)
    {
        _bytes = bytes;
        Count = 0;
        tooMany = false;
        ReadOnlySpan<byte> span = bytes.Span;
        int at = 0;
        int pairs = 0;
        while (at < span.Length)
        {
            if (!NameValues.TryRead(span, ref at, out Range name, out Range value))
            {
                return false;
            }

            if (++pairs > most)
            {
                tooMany = true;
                return false;
            }

            if (!name.Start.Equals(name.End) && !span[name].SequenceEqual("HTTP_PROXY"u8))
            {
                Add(name.GetOffsetAndLength(span.Length), value.GetOffsetAndLength(span.Length));
            }
        }

        return true;
    }

    internal void Clear()
    {
        Count = 0;
        _bytes = default;
    }

    private void Add((int Offset, int Length) name, (int Offset, int Length) value)
    {
        ReadOnlySpan<byte> bytes = _bytes.Span;
        ReadOnlySpan<byte> text = bytes.Slice(name.Offset, name.Length);
        for (int i = 0; i < Count; i++)
        {
            if (_pairs[i].NameLength == name.Length && bytes.Slice(_pairs[i].Name, name.Length).SequenceEqual(text))
            {
                _pairs[i] = text.StartsWith("HTTP_"u8) && !text.SequenceEqual("HTTP_HOST"u8)
                    ? _pairs[i] with { Joined = Join(_pairs[i], text.SequenceEqual("HTTP_COOKIE"u8) ? "; "u8 : ", "u8, bytes.Slice(value.Offset, value.Length)) }
                    : new Pair(name.Offset, name.Length, value.Offset, value.Length, null);
                return;
            }
        }

        if (Count == _pairs.Length)
        {
            Array.Resize(ref _pairs, Count * 2);
        }

        _pairs[Count++] = new Pair(name.Offset, name.Length, value.Offset, value.Length, null);
    }

    // The buffer grows by doubling: a thousand equal headers are copied a few times, not a thousand times.
    private ArrayBufferWriter<byte> Join(Pair pair, ReadOnlySpan<byte> separator, ReadOnlySpan<byte> value)
    {
        ArrayBufferWriter<byte> joined = pair.Joined ?? new ArrayBufferWriter<byte>(pair.ValueLength + separator.Length + value.Length);
        if (pair.Joined is null)
        {
            joined.Write(pair.ValueIn(_bytes.Span));
        }

        joined.Write(separator);
        joined.Write(value);
        return joined;
    }

    private readonly record struct Pair(int Name, int NameLength, int Value, int ValueLength, ArrayBufferWriter<byte>? Joined)
    {
        internal ReadOnlySpan<byte> ValueIn(ReadOnlySpan<byte> bytes) => Joined is { } all ? all.WrittenSpan : bytes.Slice(Value, ValueLength);
    }
}
