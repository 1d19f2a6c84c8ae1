using System.Buffers;
using System.Collections;
using System.Text;
using ProcManager.FastCgi.Streams;

namespace ProcManager.FastCgi;

/// <summary>
/// Headers of an answer, in the order they were added. Names are compared without regard to case. CR, LF and NUL are refused in both
/// names and values, so that no value from outside can add a header or end the head.
/// </summary>
#pragma warning disable CA1710 // "Headers" and "Parameters" are what they are called everywhere
public sealed class FastCgiHeaders : IReadOnlyCollection<KeyValuePair<string, string>>
#pragma warning restore CA1710
{
    private static readonly SearchValues<char> Unsafe = SearchValues.Create("\r\n\0");
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly List<KeyValuePair<string, string>> _headers = [];
    private bool _locked;

    internal FastCgiHeaders()
    {
    }

    /// <summary>How many headers there are; a header that was added twice counts twice.</summary>
    public int Count => _headers.Count;

    /// <summary>The first value of this name, null when there is none. Setting replaces all; null removes them.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="ArgumentException">Name or value is not allowed.</exception>
    /// <exception cref="InvalidOperationException">The head has been written.</exception>
    public string? this[string name]
    {
        get
        {
            int at = IndexOf(name);
            return at >= 0 ? _headers[at].Value : null;
        }

        set
        {
            ThrowIfLocked();
            ThrowIfNotAName(name);
            if (value is not null)
            {
                ThrowIfUnsafe(name, value);
            }

            int at = IndexOf(name);
            _headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (value is not null)
            {
                _headers.Insert(at >= 0 ? at : _headers.Count, new(name, value));
            }
        }
    }

    /// <summary>Adds a header, beside others of the same name (<c>Set-Cookie</c>).</summary>
    /// <param name="name">The name: letters, digits and the other characters of an HTTP token (RFC 9110 5.6.2).</param>
    /// <param name="value">The value, without CR, LF and NUL.</param>
    /// <exception cref="ArgumentException">Name or value is not allowed.</exception>
    /// <exception cref="InvalidOperationException">The head has been written.</exception>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ThrowIfLocked();
        ThrowIfNotAName(name);
        ThrowIfUnsafe(name, value);
        _headers.Add(new(name, value));
    }

    /// <summary>All of them.</summary>
    /// <returns>An enumerator.</returns>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _headers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static void ThrowIfUnsafe(string name, string value)
    {
        if (value.AsSpan().ContainsAny(Unsafe))
        {
            throw new ArgumentException($"The value of '{name}' contains CR, LF or NUL, which would change the head of the answer. Take them out, or encode them.", nameof(value));
        }
    }

    internal void Lock() => _locked = true;

    internal void Reset()
    {
        _headers.Clear();
        _locked = false;
    }

    internal void WriteTo(OutputWriter writer)
    {
        foreach (KeyValuePair<string, string> header in _headers)
        {
            Encoding.UTF8.GetBytes(header.Key, writer);
            writer.Write(": "u8);
            Encoding.UTF8.GetBytes(header.Value, writer);
            writer.Write("\r\n"u8);
        }
    }

    private int IndexOf(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        for (int i = 0; i < _headers.Count; i++)
        {
            if (_headers[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static void ThrowIfNotAName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.AsSpan().ContainsAnyExcept(Token))
        {
            throw new ArgumentException($"'{name}' is no header name; allowed are letters, digits and !#$%&'*+-.^_`|~.", nameof(name));
        }

        if (name.Equals("Status", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("The status is set by StatusCode, not by a header.", nameof(name));
        }
    }

    private void ThrowIfLocked()
    {
        if (_locked)
        {
            throw new InvalidOperationException("The head of this answer has been written already; set status and headers before the body.");
        }
    }
}
