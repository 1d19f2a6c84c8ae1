using System.Text;

namespace ProcManager.Status;

/// <summary>The head of an HTTP/1.1 request (RFC 9112), as far as the status page needs it.</summary>
internal sealed record RequestHead(string Method, string Path)
{
    internal const int MaxBytes = 8192;

    private const string Scheme = "http://";

    internal string? Host { get; private init; }

    /// <summary>The token of <c>Authorization: Bearer TOKEN</c> (RFC 6750).</summary>
    internal string? Token { get; private init; }

    /// <summary>How many bytes the head has; 0 when its end has not come yet.</summary>
    internal static int LengthOf(ReadOnlySpan<byte> bytes) => bytes.IndexOf("\r\n\r\n"u8) is >= 0 and var end ? end + 4 : 0;

    /// <summary>Null when it is no request.</summary>
    internal static RequestHead? Read(ReadOnlySpan<byte> bytes)
    {
        string[] lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        string[] words = lines[0].Split(' ');
        if (words is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"] || !method.All(char.IsAsciiLetterUpper))
        {
            return null;
        }

        string? host = Field(lines, "Host") ?? (words[2] == "HTTP/1.0" ? "localhost" : null); // HTTP/1.0 need not have it
        if (target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            (host, target) = Authority(target[Scheme.Length..]); // a proxy's form, which wins over Host (RFC 9112 3.2.2)
        }

        if (target[0] != '/')
        {
            return null;
        }

        int query = target.IndexOf('?', StringComparison.Ordinal);
        return new RequestHead(method, query < 0 ? target : target[..query])
        {
            Host = host,
            Token = Field(lines, "Authorization") is { } credentials && credentials.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? credentials[7..].Trim() : null,
        };
    }

    private static (string Host, string Target) Authority(string rest)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (rest, "/") : (rest[..slash], rest[slash..]);
    }

    /// <summary>Null when the field is missing, or there more than once.</summary>
    private static string? Field(string[] lines, string name)
    {
        string[] fields = [.. lines.Skip(1).Where(l => l.Length > name.Length && l[name.Length] == ':' && l.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return fields is [var only] ? only[(name.Length + 1)..].Trim() : null;
    }
}
