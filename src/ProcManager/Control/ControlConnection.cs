using System.Buffers;
using System.Text.Json;
using ProcManager.Posix;

namespace ProcManager.Control;

/// <summary>Lines to and from one client. A line has 64 KiB at most; a client that does not read is given up after five seconds.</summary>
internal sealed class ControlConnection(int fd) : IDisposable
{
    internal const int MaxLineBytes = 64 * 1024;

    private const int WriteMilliseconds = 5000;

    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private byte[] _input = new byte[1024];
    private int _length;
    private bool _isClosed;

    /// <summary>The client has closed the connection, or did not read what was sent.</summary>
    internal bool IsGone { get; private set; }

    /// <summary>The next line without its end. Null: the client is gone, or has not sent the whole line in this time, or the line is too long.</summary>
    internal byte[]? ReadLine(int milliseconds, out bool tooLong)
    {
        tooLong = false;
        long until = Environment.TickCount64 + milliseconds; // for the line, not for each byte: a client that dribbles would keep its place for ever
        int from = 0;
        while (true)
        {
            int end = _input.AsSpan(from, _length - from).IndexOf((byte)'\n');
            if (end >= 0)
            {
                byte[] line = _input[..(from + end)];
                _length -= line.Length + 1;
                _input.AsSpan(line.Length + 1, _length).CopyTo(_input);
                return line;
            }

            from = _length;
            if (_length == MaxLineBytes)
            {
                tooLong = true;
                return null;
            }

            if (_length == _input.Length)
            {
                Array.Resize(ref _input, Math.Min(_length * 2, MaxLineBytes));
            }

            if (until - Environment.TickCount64 is not (> 0 and var left) || !Receive((int)left))
            {
                return null;
            }
        }
    }

    internal void Write(Action<Utf8JsonWriter> write)
    {
        _output.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_output))
        {
            write(json);
        }

        _output.Write("\n"u8);
        Send(_output.WrittenSpan);
    }

    /// <summary>Looks whether the client is still there, without waiting.</summary>
    internal bool CheckIsGone() => IsGone |= Connections.IsPeerGone(fd);

    /// <summary>From another thread: the client's thread finds the connection closed.</summary>
    internal void End()
    {
        lock (_output)
        {
            if (!_isClosed)
            {
                Connections.EndBoth(fd);
            }
        }
    }

    public void Dispose()
    {
        lock (_output)
        {
            _isClosed = true;
            Descriptors.Close(fd);
        }
    }

    private bool Receive(int milliseconds)
    {
        if (Connections.WaitFor(fd, Constants.POLLIN, milliseconds) == 0)
        {
            return false;
        }

        int received = Connections.Receive(fd, _input.AsSpan(_length));
        IsGone = received is 0 or Connections.Lost;
        _length += Math.Max(0, received);
        return !IsGone;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0 && !IsGone)
        {
            int sent = Connections.Send(fd, bytes);
            IsGone = sent == Connections.Lost || (sent == Connections.WouldBlock && Connections.WaitFor(fd, Constants.POLLOUT, WriteMilliseconds) == 0);
            bytes = bytes[Math.Max(0, sent)..];
        }
    }
}
