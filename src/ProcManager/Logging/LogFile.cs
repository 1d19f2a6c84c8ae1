using System.Globalization;
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

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _maxSize;
    private readonly int _keep;
    private readonly Action<string, string> _failed;
    private (int Output, int Error)? _before;
    private volatile bool _reopens;
    private long _retryAt;

    private LogFile(string path, long maxSize, int keep, Action<string, string> failed)
    {
        _path = path;
        _maxSize = maxSize;
        _keep = keep;
        _failed = failed;
    }

    /// <summary>Leads standard output and error there. Throws <see cref="ProcManagerException"/> when the file cannot be used.</summary>
    /// <param name="path">The path, absolute.</param>
    /// <param name="maxSize">From so many bytes on the file is renamed; 0: never.</param>
    /// <param name="keep">How many renamed files are kept.</param>
    /// <param name="failed">Told what could not be done, and why. On a thread that writes the log.</param>
    internal static LogFile Open(string path, long maxSize, int keep, Action<string, string> failed)
    {
        var file = new LogFile(path, maxSize, keep, failed);
        int fd;
        try
        {
            fd = OpenRegular(path);
        }
        catch (PosixException e)
        {
            throw new ProcManagerException($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.LogFile)} is {path}, which cannot be opened: {WhyNot(e)} Give the path of a regular file that this user may write, in a folder that is there.");
        }

        (int, int) before = StandardOutputs.Save();
        StandardOutputs.Lead(fd, fd, keep: before);
        Descriptors.Close(fd);
        file._before = before;
        return file;
    }

    /// <summary>The file is opened anew before the next line is written, unless the name still leads to the open file.</summary>
    internal void Reopen() => _reopens = true;

    /// <summary>Writes whole lines. May wait. False: they are lost.</summary>
    internal bool Write(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            if (_reopens)
            {
                _reopens = false;
                Guarded("opened again", OpenAgain);
            }

            bool written = StandardError.Write(lines);
            if (_maxSize > 0 && Environment.TickCount64 >= _retryAt && StandardOutputs.File is { IsRegular: true } file && file.Size >= _maxSize)
            {
                Guarded("renamed for its size", Rotate);
            }

            return written;
        }
    }

    /// <summary>The file belongs to that user from now on, who opens it again later.</summary>
    internal void Give(uint user, uint group)
    {
        lock (_gate)
        {
            Guarded("given to the user", () => StandardOutputs.Give(user, group));
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

    private void OpenAgain()
    {
        if (StandardOutputs.File is { } open && open.IsSameFileAs(FileIdentity.OfPath(_path)))
        {
            return;
        }

        int fd = OpenRegular(_path);
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
        (string folderPath, string name) = OpenFolder.Split(_path);
        using (var folder = OpenFolder.Open(folderPath))
        {
            // Another program may have moved the file away already; then only a new one is opened.
            if (StandardOutputs.File is { } open && open.IsSameFileAs(folder.Find(name)))
            {
                for (int i = _keep; i > 0; i--)
                {
                    string from = i == 1 ? name : Numbered(name, i - 1);
                    int errno = folder.Rename(from, Numbered(name, i));
                    if (errno != 0 && errno != Errno.ENOENT)
                    {
                        throw new PosixException($"rename({from}, {Numbered(name, i)}) in {folderPath}", errno);
                    }
                }
            }
        }

        OpenAgain();
    }

    private static string Numbered(string name, int number) => string.Create(CultureInfo.InvariantCulture, $"{name}.{number}");

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
            _failed(what, WhyNot(e));
        }
    }

    private static int OpenRegular(string path)
    {
        int fd = StandardOutputs.OpenForAppending(path);
        PosixException? problem = FileIdentity.OfDescriptor(fd) switch
        {
            not { IsRegular: true } => new PosixException($"open({path})", Errno.ENXIO),
            { Links: > 1 } file when FolderOf(path) is { } folder && (folder.IsWritableByOthers || !folder.IsOursOrRoots) => Refused(path, string.Create(CultureInfo.InvariantCulture, $"has {file.Links} names (hard links), in a folder that another user may change")),
            { IsOursOrRoots: false } file when FolderOf(path) is { IsWritableByAll: true } => Refused(path, string.Create(CultureInfo.InvariantCulture, $"belongs to another user ({file.Owner}), in a folder that every user may change")),
            _ => null,
        };
        if (problem is not null)
        {
            Descriptors.Close(fd);
            throw problem;
        }

        return fd;
    }

    private static FileIdentity? FolderOf(string path) => FileIdentity.OfTarget(OpenFolder.Split(path).Folder);

    private static PosixException Refused(string path, string why) => new($"open({path}), which {why} and is not written,", Errno.EPERM);

    private static string WhyNot(PosixException e) => e.Errno switch
    {
        Errno.ELOOP => "it is a symbolic link, which is not followed.",
        Errno.ENXIO => "it is not a regular file.",
        _ => e.Message,
    };
}
