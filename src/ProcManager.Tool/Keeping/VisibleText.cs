using System.Globalization;
using System.Text;

namespace ProcManager.Tool.Keeping;

/// <summary>
/// Text of a service for a terminal: control characters come as escapes, so that a line of a log cannot move the cursor, change the colours or the title, or write over other lines. Line ends and tabs stay, and so do letters of
/// all scripts.
/// </summary>
/// <param name="output">The terminal. It is not closed.</param>
internal sealed class VisibleText(Stream output) : Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private bool _isReturn;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Standard output: as it is for a file or a program, visible on a terminal.</summary>
    internal static Stream OfStandardOutput() => Console.IsOutputRedirected ? Commands.StandardOutput.Open() : new VisibleText(Console.OpenStandardOutput());

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        char[] characters = new char[_decoder.GetCharCount(buffer, flush: false)];
        int count = _decoder.GetChars(buffer, characters, flush: false);
        var text = new StringBuilder(count + 16);
        foreach (char c in characters.AsSpan(0, count))
        {
            Add(text, c);
        }

        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // A carriage return before a line end is part of it; any other one goes back to the line's beginning.
    private void Add(StringBuilder text, char c)
    {
        if (_isReturn && c != '\n')
        {
            text.Append("\\u000D");
        }

        _isReturn = c == '\r';
        if (!_isReturn)
        {
            _ = IsDangerous(c) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : text.Append(c);
        }
    }

    // Also what turns the direction of writing.
    private static bool IsDangerous(char c) => (char.IsControl(c) && c is not ('\n' or '\t')) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
