using System.Text;

namespace ProcManager.Tool.Commands;

/// <summary>Standard output that goes to a file, a device or a program. What it does not take ends the tool with a line that names it, and an exit code of its own.</summary>
/// <param name="output">Standard output. It is not closed.</param>
internal sealed class StandardOutput(Stream output) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    internal static Stream Open() => new StandardOutput(Console.OpenStandardOutput());

    /// <summary>All that is written by <see cref="Console"/> goes through it.</summary>
    internal static void Watch() => Console.SetOut(new StreamWriter(Open(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            output.Write(buffer);
        }
        catch (IOException e)
        {
            throw Failed(e.Message);
        }
        catch (UnauthorizedAccessException)
        {
            throw Failed("it is closed"); // EBADF, in the words of .NET
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => output.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static ToolException Failed(string reason) => new(ExitCodes.Output, $"standard output cannot be written: {reason}");
}
