using System.Text;

namespace ProcManager.Status;

/// <summary>The head of an HTTP/1.1 request (RFC 9112), as far as the status page needs it.</summary>
internal sealed record RequestHead(string Method, string Path)
{
    internal const int MaxBytes = 8192;

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
        if (words is not [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.1" or "HTTP/1.0"] || !method.All(char.IsAsciiLetterUpper))
        {
            return null;
        }

        int query = target.IndexOf('?', StringComparison.Ordinal);
        return new RequestHead(method, query < 0 ? target : target[..query])
        {
            Host = Field(lines, "Host"),
            Token = Field(lines, "Authorization") is { } credentials && credentials.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? credentials[7..].Trim() : null,
        };
    }

    private static string? Field(string[] lines, string name)
    {
        foreach (string line in lines.Skip(1))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }
}
