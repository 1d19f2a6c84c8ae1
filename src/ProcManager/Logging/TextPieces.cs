using System.Text;

namespace ProcManager.Logging;

/// <summary>
/// Cuts a long text into pieces that one write(2) to a pipe keeps whole (PIPE_BUF), so that lines of several processes do not mix. Each piece begins
/// with the prefix and ends with a line end; a text is cut between two lines where it can be.
/// </summary>
internal static class TextPieces
{
    /// <summary>PIPE_BUF of Linux, in bytes.</summary>
    internal const int MaxBytes = 4096;

    internal static IEnumerable<byte[]> Of(string prefix, string text)
    {
        byte[] head = Encoding.UTF8.GetBytes(prefix);
        byte[] body = Encoding.UTF8.GetBytes(text);
        int room = MaxBytes - head.Length - 1;
        int at = 0;
        do
        {
            int length = LengthOfNext(body.AsSpan(at), room);
            yield return [.. head, .. body.AsSpan(at, length), (byte)'\n'];
            at += length;
            at += at < body.Length && body[at] == '\n' ? 1 : 0;
        }
        while (at < body.Length);
    }

    private static int LengthOfNext(ReadOnlySpan<byte> rest, int room)
    {
        if (rest.Length <= room)
        {
            return rest.Length;
        }

        int line = rest[..(room + 1)].LastIndexOf((byte)'\n');
        if (line > 0)
        {
            return line;
        }

        int cut = room;
        while (cut > 1 && (rest[cut] & 0xC0) == 0x80)
        {
            cut--; // not inside a character
        }

        return cut;
    }
}
