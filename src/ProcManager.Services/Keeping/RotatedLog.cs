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

    /// <summary>So many bytes of the unfinished line are in the file already.</summary>
    private int _shown;

    private bool _isFailing;
    private long _rotateAfter;

    internal ServiceLogOptions Options { get; set; } = options;

    /// <summary>The last lines, without their times, and the beginning of one that is not finished.</summary>
    internal string Tail => _tail.Text + Encoding.UTF8.GetString(Lines.Unfinished);

    /// <summary>The beginning of a line has come that is not in the file.</summary>
    internal bool HasUnshown { get; private set; }

    private LineBuffer Lines => _lines ??= new LineBuffer(Write);

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        Lines.Add(bytes);
        HasUnshown = bytes[^1] != '\n';
    }

    /// <summary>The service has ended: its last line gets an end.</summary>
    internal void End() => Lines.End();

    /// <summary>Writes the beginning of a line whose end has not come, such as a prompt. Its rest comes behind it.</summary>
    internal void Show()
    {
        HasUnshown = false;
        CloseIfTaken();
        byte[] begun = Lines.Unfinished;
        byte[] time = Time();
        if (begun.Length <= _shown || !TryOpen() || !TryMend(time))
        {
            return;
        }

        byte[] bytes = _shown > 0 ? begun[_shown..] : [.. time, .. begun];
        int written = Descriptors.WriteCounted(_fd, bytes);
        _size += written;
        if (written == bytes.Length)
        {
            _shown = begun.Length;
        }
        else
        {
            _isTorn = written > 0 || _shown > 0; // the whole line is written again
            _shown = 0;
            Fail("the disk takes no more");
        }
    }

    public void Dispose() => Descriptors.Close(_fd);

    private void Write(ReadOnlySpan<byte> lines)
    {
        _tail.Add(lines);
        CloseIfTaken();
        byte[] time = Time();
        var stamped = new MemoryStream(lines.Length + (time.Length * 8));
        int shown = _shown; // of the first line
        bool isRest = shown > 0;
        _shown = 0;
        while (lines.Length > 0)
        {
            int end = lines.IndexOf((byte)'\n') + 1;
            stamped.Write(shown > 0 ? [] : time);
            stamped.Write(lines[shown..end]);
            shown = 0;
            lines = lines[end..];
            if (lines.Length == 0 || _size + stamped.Length >= Options.MaxSize)
            {
                Append(stamped.GetBuffer().AsSpan(0, (int)stamped.Length), time, isRest);
                stamped.SetLength(0);
                isRest = false;
            }
        }
    }

    /// <param name="stamped">Lines with their times.</param>
    /// <param name="time">The time now.</param>
    /// <param name="isRest">The beginning of the first line is in the file already.</param>
    private void Append(ReadOnlySpan<byte> stamped, byte[] time, bool isRest)
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
            _isTorn = written > 0 ? stamped[written - 1] != '\n' : isRest;
            _lost += stamped[written..].Count((byte)'\n');
            Fail("the disk takes no more");
        }

        Rotate();
    }

    private byte[] Time() => Encoding.ASCII.GetBytes(now().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z '", CultureInfo.InvariantCulture));

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

    /// <summary>The file was removed or renamed by another program: what comes now would not be seen. A line that has begun there is written whole in the new file.</summary>
    private void CloseIfTaken()
    {
        if (_fd >= 0 && FileIdentity.OfDescriptor(_fd) is { } open && !open.IsSameFileAs(FileIdentity.OfPath(path)))
        {
            Descriptors.Close(_fd);
            (_fd, _shown, _isTorn) = (-1, 0, false);
        }
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
            _isTorn |= EndsWithinALine(); // an earlier keeper was killed
            return true;
        }
        catch (PosixException e)
        {
            Fail(e.Message);
            return false;
        }
    }

    private bool EndsWithinALine()
    {
        byte[] last = new byte[1];
        return _size > 0 && LibC.lseek(_fd, _size - 1, 0) >= 0 && Descriptors.Read(_fd, last) == 1 && last[0] != '\n';
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
