using ProcManager.Posix;

namespace ProcManager.Logging;

/// <summary>
/// The file that standard output and error of this process lead to. It is opened by name at the start, when another program has moved it away (<see cref="Reopen"/>), and when it is renamed because of its size. All of that happens on
/// the threads that write the log: a file system that does not answer holds nothing else.
/// </summary>
internal sealed class LogFile
{
    /// <summary>After a rotation that failed the next try waits this long, in milliseconds.</summary>
    private const int RetryAfter = 60_000;

    private const int CheckInterval = 10_000; // milliseconds

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _maxSize;
    private readonly int _keep;
    private readonly Action<string, string> _failed;
    private readonly Timer? _checks;
    private (int Output, int Error)? _before;
    private volatile bool _reopens;
    private bool _isTorn; // the last write has ended in the middle of a line
    private int _reopening;
    private long _retryAt;

    private LogFile(string path, long maxSize, int keep, Action<string, string> failed)
    {
        _path = path;
        _maxSize = maxSize;
        _keep = keep;
        _failed = failed;

        // What goes around this object, such as the console of a plain process, makes the file larger, too.
        _checks = maxSize > 0 ? new Timer(_ => Check(), null, CheckInterval, CheckInterval) : null;
    }

    /// <summary>Leads standard output and error there. Throws <see cref="ProcManagerException"/> when the file cannot be used.</summary>
    /// <param name="path">The path, absolute.</param>
    /// <param name="maxSize">From so many bytes on the file is renamed; 0: never.</param>
    /// <param name="keep">How many renamed files are kept.</param>
    /// <param name="failed">Told what could not be done, and why. On a thread that writes the log.</param>
    internal static LogFile Open(string path, long maxSize, int keep, Action<string, string> failed)
    {
        var file = new LogFile(path, maxSize, keep, failed);
        int fd = LogTarget.OpenFirst(path);
        (int, int) before = StandardOutputs.Save();
        StandardOutputs.Lead(fd, fd, keep: before);
        Descriptors.Close(fd);
        file._before = before;
        return file;
    }

    /// <summary>Throws as <see cref="Open"/>; nothing is led there.</summary>
    internal static void Try(string path) => Descriptors.Close(LogTarget.OpenFirst(path));

    /// <summary>Standard output and error lead there already: the manager before has opened the file, and this one cannot.</summary>
    internal static LogFile Inherit(string path, long maxSize, int keep, Action<string, string> failed) => new(path, maxSize, keep, failed);

    /// <summary>Opens the file anew, unless the name still leads to the open file. Never waits: a thread of its own does it, or the next line.</summary>
    internal void Reopen()
    {
        _reopens = true;
        if (Interlocked.Exchange(ref _reopening, 1) == 0)
        {
            try
            {
                new Thread(ReopenNow) { IsBackground = true, Name = "procmanager log file" }.Start();
            }
            catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
            {
                _reopening = 0; // the next line does it
            }
        }
    }

    /// <summary>Writes whole lines. May wait. Gives how many of them are lost.</summary>
    internal long Write(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            ReopenIfAsked();
            if (_isTorn && StandardError.WriteCounted("\n"u8) == 0)
            {
                return lines.Count((byte)'\n');
            }

            int written = StandardError.WriteCounted(lines);
            _isTorn = written > 0 && lines[written - 1] != '\n';
            RotateIfLarge();
            return lines[written..].Count((byte)'\n');
        }
    }

    /// <summary>The file belongs to that user from now on, who opens it again later.</summary>
    internal void Give(uint user, uint group)
    {
        lock (_gate)
        {
            // A file that another user has made there is not ours to give.
            if (StandardOutputs.File is { IsRegular: true, Links: 1, IsOursOrRoots: true })
            {
                Guarded("given to the user", () => StandardOutputs.Give(user, group));
            }
        }
    }

    /// <summary>Standard output and error as they were before <see cref="Open"/>, unless <see cref="Forget"/> came first.</summary>
    internal void Restore()
    {
        lock (_gate)
        {
            if (_before is { } before)
            {
                _before = null;
                _checks?.Dispose();
                StandardOutputs.Restore(before);
            }
        }
    }

    /// <summary>The terminal or pipe of the program that started this process is closed for good.</summary>
    internal void Forget()
    {
        lock (_gate)
        {
            if (_before is { } before)
            {
                _before = null;
                Descriptors.Close(before.Output);
                Descriptors.Close(before.Error);
            }
        }
    }

    private void ReopenNow()
    {
        _reopening = 0;
        lock (_gate)
        {
            ReopenIfAsked();
        }
    }

    private void Check()
    {
        lock (_gate)
        {
            RotateIfLarge();
        }
    }

    private void ReopenIfAsked()
    {
        if (_reopens)
        {
            _reopens = false;
            Guarded("opened again", OpenAgain);
        }
    }

    private void RotateIfLarge()
    {
        if (_maxSize > 0 && Environment.TickCount64 >= _retryAt && StandardOutputs.File is { IsRegular: true } file && file.Size >= _maxSize)
        {
            Guarded("renamed for its size", Rotate);
        }
    }

    private void OpenAgain()
    {
        if (StandardOutputs.File is { } open && open.IsSameFileAs(FileIdentity.OfPath(_path)))
        {
            return;
        }

        int fd = LogTarget.Open(_path);
        try
        {
            StandardOutputs.Lead(fd, fd, keep: _before);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private void Rotate()
    {
        LogRotation.Rename(_path, _keep, StandardOutputs.File);
        OpenAgain();
    }

    // What cannot be done now is told, and the open file is written on.
    private void Guarded(string what, Action run)
    {
        try
        {
            run();
        }
        catch (PosixException e)
        {
            _retryAt = Environment.TickCount64 + RetryAfter;
            _failed(what, LogTarget.WhyNot(e));
        }
    }
}
