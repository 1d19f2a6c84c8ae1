using System.Globalization;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Tool.Watching;

/// <summary>
/// The lock that lets one watchdog run only. The lock counts, and ends with its process. The file says which process holds it: the pid and its start time,
/// written under the lock. The file stays when the watchdog ends.
/// </summary>
internal sealed class WatchdogLock : IDisposable
{
    private const int MaxBytes = 64;
    private const int Attempts = 200;
    private const int Pause = 10; // milliseconds

    private readonly int _fd;

    private WatchdogLock(int fd) => _fd = fd;

    /// <exception cref="ToolException">Another watchdog holds it, or the file cannot be used.</exception>
    internal static WatchdogLock Take(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            int fd = Opened(() => PrivateFile.OpenOrMake(path));
            int errno = Descriptors.TryLock(fd);
            if (errno == 0 && attempt < Attempts && FileIdentity.OfDescriptor(fd)?.IsSameFileAs(FileIdentity.OfPath(path)) != true)
            {
                Descriptors.Close(fd); // removed between the open and the lock
                continue;
            }

            if (errno == 0)
            {
                var taken = new WatchdogLock(fd);
                taken.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} {ProcFs.StartTime(Environment.ProcessId)}\n"));
                return taken;
            }

            Descriptors.Close(fd);
            throw errno is not (Errno.EAGAIN or Errno.EACCES)
                ? ToolException.CouldNotAsk($"--lock-file: {new PosixException($"fcntl({path}, F_OFD_SETLK)", errno).Message}")
                : ToolException.Refused($"a watchdog runs already{(Holder(path) is { } holder ? string.Create(CultureInfo.InvariantCulture, $" (pid {holder.Pid})") : "")}: it holds {path}.");
        }
    }

    /// <summary>The process that holds the lock; null: no process does.</summary>
    /// <exception cref="ToolException">The file cannot be used, or names a process that does not run.</exception>
    internal static (int Pid, long StartTime)? Holder(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            int fd = Opened(() => PrivateFile.OpenExisting(path));
            try
            {
                if (fd < 0 || !Descriptors.IsLocked(fd))
                {
                    return null;
                }

                string[] words = Encoding.ASCII.GetString(Descriptors.ReadFile(fd, MaxBytes)).Split(' ', '\n');
                if (words.Length >= 2 && int.TryParse(words[0], out int pid) && long.TryParse(words[1], out long start) && pid > 0 && ProcFs.StartTime(pid) == start)
                {
                    return (pid, start);
                }
            }
            finally
            {
                Descriptors.Close(fd);
            }

            if (attempt == Attempts)
            {
                throw ToolException.CouldNotAsk($"{path} is locked by a process that it does not name.");
            }

            Thread.Sleep(Pause); // the lock was taken a moment ago, and the name is not written yet
        }
    }

    public void Dispose()
    {
        Write("");
        Descriptors.Close(_fd);
    }

    private void Write(string text)
    {
        _ = LibC.ftruncate(_fd, 0);
        Descriptors.WriteAll(_fd, Encoding.ASCII.GetBytes(text));
    }

    private static int Opened(Func<int> open)
    {
        try
        {
            return open();
        }
        catch (PosixException e)
        {
            throw ToolException.CouldNotAsk($"--lock-file: {e.Message}");
        }
    }
}
