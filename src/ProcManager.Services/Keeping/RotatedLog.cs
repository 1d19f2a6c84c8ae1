using System.Globalization;
using System.Text;
using ProcManager.Logging;
using ProcManager.Output;
using ProcManager.Posix;
using ProcManager.Services.Commands;

namespace ProcManager.Services.Keeping;

/// <summary>
/// The log of one foreground service: whole lines with the time in UTC before each, in a file that is renamed when it is large. What the disk does not take is dropped and counted, and told when there is room again.
/// Used by one thread.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="options">Its size; may be replaced.</param>
/// <param name="now">The wall clock.</param>
/// <param name="failed">Told once why nothing can be written, until something is written again.</param>
internal sealed class RotatedLog(string path, ServiceLogOptions options, Func<DateTimeOffset> now, Action<string> failed) : IDisposable
{
    /// <summary>What is kept in memory of the last lines.</summary>
    private const int TailBytes = 4096;

    private const int RotationRetry = 60_000; // milliseconds

    private readonly KeptOutput _tail = new(new OutputLimit(TailBytes, KeepsEnd: true));
    private LineBuffer? _lines;
    private int _fd = -1;
    private long _size;
    private long _lost;
    private bool _isTorn;
    private bool _isFailing;
    private long _rotateAfter;

    internal ServiceLogOptions Options { get; set; } = options;

    /// <summary>The last lines, without their times.</summary>
    internal string Tail => _tail.Text;

    private LineBuffer Lines => _lines ??= new LineBuffer(Write);

    internal void Add(ReadOnlySpan<byte> bytes) => Lines.Add(bytes);

    /// <summary>The service has ended: its last line gets an end.</summary>
    internal void End() => Lines.End();

    public void Dispose() => Descriptors.Close(_fd);

    private void Write(ReadOnlySpan<byte> lines)
    {
        _tail.Add(lines);
        byte[] time = Encoding.ASCII.GetBytes(now().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture));
        var stamped = new MemoryStream(lines.Length + (time.Length * 8));
        while (lines.Length > 0)
        {
            int end = lines.IndexOf((byte)'\n') + 1;
            stamped.Write(time);
            stamped.Write(lines[..end]);
            lines = lines[end..];
            if (lines.Length == 0 || _size + stamped.Length >= Options.MaxSize)
            {
                Append(stamped.GetBuffer().AsSpan(0, (int)stamped.Length), time);
                stamped.SetLength(0);
            }
        }
    }

    private void Append(ReadOnlySpan<byte> stamped, byte[] time)
    {
        if (!TryOpen() || !TryMend(time))
        {
            _lost += stamped.Count((byte)'\n');
            return;
        }

        int written = Descriptors.WriteCounted(_fd, stamped);
        _size += written;
        if (written < stamped.Length)
        {
            _isTorn = written > 0 && stamped[written - 1] != '\n';
            _lost += stamped[written..].Count((byte)'\n');
            Fail("the disk takes no more");
        }

        Rotate();
    }

    /// <summary>After lines were lost: the line that was cut gets an end, and the number of lost lines is told in their place.</summary>
    private bool TryMend(byte[] time)
    {
        if (_lost == 0 && !_isTorn)
        {
            return true;
        }

        string told = _lost > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Encoding.ASCII.GetString(time)}procmanager: {_lost} lines were lost here: they could not be written\n") : "";
        byte[] bytes = Encoding.ASCII.GetBytes((_isTorn ? "\n" : "") + told);
        int written = Descriptors.WriteCounted(_fd, bytes);
        _size += written;
        if (written < bytes.Length)
        {
            _isTorn = written > 0 ? bytes[written - 1] != '\n' : _isTorn;
            return false;
        }

        _isTorn = false;
        _isFailing = false;
        _lost = 0;
        return true;
    }

    private bool TryOpen()
    {
        if (_fd >= 0)
        {
            return true;
        }

        try
        {
            _fd = PrivateFile.OpenToAppend(path);
            _size = FileIdentity.OfDescriptor(_fd)?.Size ?? 0;
            return true;
        }
        catch (PosixException e)
        {
            Fail(e.Message);
            return false;
        }
    }

    private void Rotate()
    {
        if (_size < Options.MaxSize || Environment.TickCount64 < _rotateAfter)
        {
            return;
        }

        try
        {
            LogRotation.Rename(path, Options.Keep, FileIdentity.OfDescriptor(_fd));
            Descriptors.Close(_fd);
            _fd = -1;
        }
        catch (PosixException e)
        {
            _rotateAfter = Environment.TickCount64 + RotationRetry;
            Fail(e.Message);
        }
    }

    private void Fail(string reason)
    {
        if (!_isFailing)
        {
            _isFailing = true;
            failed(reason);
        }
    }
}
