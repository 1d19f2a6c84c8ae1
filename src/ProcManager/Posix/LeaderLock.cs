using System.Globalization;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// A lock on a file that the processes of a pool share, held by one process at most. The kernel gives it back when that process ends, however it ends; see fcntl(2).
/// An inherited descriptor shares its open file description with all processes that have it, and with that the lock (F_OFD_SETLK). So each process opens a description of its own by the name in /proc,
/// which the kernel allows to a process for itself, whatever its user. Where that fails (no /proc, a sandbox, a file in place of a memfd and another user) the lock of a process (F_SETLK) is taken on the inherited
/// descriptor. The two kinds exclude each other. The first one is better: the kernel seeks no deadlocks with locks of the program, and a process forked in between does not change it.
/// A robust mutex (<see cref="LifeLock"/>) would be free some milliseconds earlier, but while other threads of the dead process may still run: then two could lead.
/// </summary>
internal sealed unsafe class LeaderLock
{
    private readonly int _fd;

    private LeaderLock(int fd, bool isOwn)
    {
        _fd = fd;
        IsOwn = isOwn;
    }

    /// <summary>This process has an open file description of its own.</summary>
    internal bool IsOwn { get; }

    /// <summary>Prepares the lock; nothing is held yet.</summary>
    /// <param name="inherited">The shared file, open for writing.</param>
    /// <param name="descriptors">The folder with this process's descriptors.</param>
    internal static LeaderLock On(int inherited, string descriptors = "/proc/self/fd")
    {
        int own = LibC.open(string.Create(CultureInfo.InvariantCulture, $"{descriptors}/{inherited}"), O_RDWR | O_CLOEXEC, 0);
        return own >= 0 ? new(own, isOwn: true) : new(inherited, isOwn: false);
    }

    /// <summary>Takes the lock if no process has it. False: another one has it.</summary>
    internal bool TryTake() => Call(IsOwn ? F_OFD_SETLK : F_SETLK, F_WRLCK) == 0;

    /// <summary>Waits for the lock. Returns 0, or the error number where there are no such locks.</summary>
    internal int Take()
    {
        int errno;
        do
        {
            errno = Call(IsOwn ? F_OFD_SETLKW : F_SETLKW, F_WRLCK);
        }
        while (errno == Errno.EINTR);

        return errno;
    }

    /// <summary>Gives the lock back.</summary>
    internal void Release()
    {
        _ = Call(IsOwn ? F_OFD_SETLK : F_SETLK, F_UNLCK);
        if (IsOwn)
        {
            Descriptors.Close(_fd);
        }
    }

    private int Call(int command, short type)
    {
        var whole = new FileLock { Type = type };
        return LibC.fcntl_lock(_fd, command, &whole) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }
}
