using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>File descriptors: pipes, socket pairs, flags, single bytes.</summary>
internal static unsafe class Descriptors
{
    internal static (int Read, int Write) Pipe()
    {
        int* fds = stackalloc int[2];
        PosixException.ThrowIf(LibC.pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0, "pipe2");
        return (fds[0], fds[1]);
    }

    /// <summary>A pipe for the output of another process: that process waits when the pipe is full, the reader does not when it is empty.</summary>
    internal static (int Read, int Write) OutputPipe()
    {
        int* fds = stackalloc int[2];
        PosixException.ThrowIf(LibC.pipe2(fds, O_CLOEXEC) < 0, "pipe2");
        SetNonBlocking(fds[0]);
        return (fds[0], fds[1]);
    }

    internal static (int Ours, int Theirs) SocketPair()
    {
        int* fds = stackalloc int[2];
        PosixException.ThrowIf(LibC.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0, "socketpair");
        return (fds[0], fds[1]);
    }

    internal static void Close(int fd)
    {
        if (fd >= 0)
        {
            _ = LibC.close(fd); // nothing to be done about a failure: the descriptor is gone either way
        }
    }

    internal static void SetCloseOnExec(int fd) =>
        PosixException.ThrowIf(LibC.fcntl(fd, F_SETFD, FD_CLOEXEC) < 0, $"fcntl({fd}, F_SETFD)");

    internal static void ClearCloseOnExec(int fd) =>
        PosixException.ThrowIf(LibC.fcntl(fd, F_SETFD, 0) < 0, $"fcntl({fd}, F_SETFD)");

    internal static bool IsOpen(int fd) => LibC.fcntl(fd, F_GETFD, 0) >= 0;

    /// <summary>
    /// A descriptor that came through exec never is close-on-exec. If a standard one is, it was closed when this program was started,
    /// and the runtime has taken the number for a file of its own.
    /// </summary>
    internal static bool IsOfThisProcess(int fd) => LibC.fcntl(fd, F_GETFD, 0) is var flags && (flags < 0 || (flags & FD_CLOEXEC) != 0);

    internal static void SetNonBlocking(int fd)
    {
        int flags = LibC.fcntl(fd, F_GETFL, 0);
        PosixException.ThrowIf(flags < 0 || LibC.fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0, $"fcntl({fd}, F_SETFL)");
    }

    /// <summary>Another number, close-on-exec, for the same open file.</summary>
    internal static int Duplicate(int fd, int atLeast)
    {
        int copy = LibC.fcntl(fd, OperatingSystem.IsMacOS() ? 67 : F_DUPFD_CLOEXEC, atLeast);
        PosixException.ThrowIf(copy < 0, $"fcntl({fd}, F_DUPFD_CLOEXEC)");
        return copy;
    }

    /// <summary>Puts /dev/null where this descriptor is, in one step, and not close-on-exec.</summary>
    internal static void OpenNullAt(int fd)
    {
        int none = PrivateFile.OpenNull();
        if (none == fd)
        {
            ClearCloseOnExec(fd); // the number was free, and a dup2 onto itself changes nothing
            return;
        }

        PosixException.ThrowIf(LibC.dup2(none, fd) < 0, $"dup2({fd})");
        Close(none);
    }

    /// <summary>True when the descriptor is a stream socket, as a lifeline or an accepted connection is.</summary>
    internal static bool IsStreamSocket(int fd) => SocketOption(fd, SO_TYPE) == SOCK_STREAM;

    internal static bool IsUnixSocket(int fd) => SocketOption(fd, SO_DOMAIN) == AF_UNIX;

    internal static bool IsListening(int fd) => SocketOption(fd, SO_ACCEPTCONN) == 1;

    /// <summary>Sends one byte without waiting. False: the other end is gone or is not reading.</summary>
    internal static bool TrySendByte(int fd, byte value) => LibC.send(fd, &value, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;

    /// <summary>Writes one byte to a pipe of ours. A full pipe is as good: its reader wakes in any case.</summary>
    internal static void Wake(int fd)
    {
        byte one = 1;
        _ = LibC.write(fd, &one, 1);
    }

    /// <summary>Takes the bytes of <see cref="Wake"/> out of the pipe; those that are left wake its reader once more.</summary>
    internal static void Drain(int fd)
    {
        Span<byte> buffer = stackalloc byte[16];
        _ = Read(fd, buffer);
    }

    /// <summary>Writes all of it; stops without a word where the file takes no more.</summary>
    internal static void WriteAll(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            int done = 0;
            nint n;
            while (done < bytes.Length && (n = LibC.write(fd, p + done, (nuint)(bytes.Length - done))) > 0)
            {
                done += (int)n;
            }
        }
    }

    /// <summary>Writes as much as the file takes; gives how many bytes that was.</summary>
    internal static int WriteCounted(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* p = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint n = LibC.write(fd, p + done, (nuint)(bytes.Length - done));
                if (n <= 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
                {
                    break;
                }

                done += (int)Math.Max(n, 0);
            }

            return done;
        }
    }

    /// <summary>The file's beginning, at most so many bytes.</summary>
    internal static byte[] ReadFile(int fd, int most)
    {
        _ = LibC.lseek(fd, 0, 0);
        byte[] bytes = new byte[most];
        int length = 0;
        int n;
        while (length < most && (n = Read(fd, bytes.AsSpan(length))) > 0)
        {
            length += n;
        }

        return bytes[..length];
    }

    /// <summary>Reads what is there. 0: end of file; -1: nothing yet (or an error, which reads as end of file does not).</summary>
    internal static int Read(int fd, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
        {
            nint n;
            do
            {
                n = LibC.read(fd, p, (nuint)buffer.Length);
            }
            while (n < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

            return (int)n;
        }
    }

    /// <summary>
    /// Fails as the kernel would (EMFILE), a little earlier: the last descriptors are for the runtime, which opens files to load
    /// an assembly and ends the program when it cannot. Numbers are given out from the lowest, so they tell how many are open.
    /// </summary>
    internal static void ThrowIfNearLimit(int descriptor, int reserve)
    {
        if ((long)descriptor + reserve >= Limit())
        {
            throw new PosixException($"socketpair, with {reserve} descriptors kept in reserve,", Errno.EMFILE);
        }
    }

    /// <summary>How many descriptors this process may have open; see getrlimit(2).</summary>
    internal static int Limit()
    {
        ulong* limit = stackalloc ulong[2];
        return LibC.getrlimit(OperatingSystem.IsMacOS() ? 8 : RLIMIT_NOFILE, limit) == 0 ? (int)Math.Min(limit[0], int.MaxValue) : int.MaxValue;
    }

    /// <summary>The number that the next descriptor would get, the lowest free one; <see cref="int.MaxValue"/> when none is free.</summary>
    internal static int NextFree(int open)
    {
        int copy = LibC.fcntl(open, OperatingSystem.IsMacOS() ? 67 : F_DUPFD_CLOEXEC, 0);
        Close(copy);
        return copy < 0 ? int.MaxValue : copy;
    }

    /// <summary>
    /// Puts another open file in the place of a descriptor. The number stays taken, so an object that still has the number cannot use or close
    /// a file that would get it next. Takes no descriptor more than there are.
    /// </summary>
    internal static void Replace(int fd, int by) => PosixException.ThrowIf(LibC.dup3(by, fd, O_CLOEXEC) < 0, $"dup3({by}, {fd})");

    /// <summary>
    /// Locks the whole file for this open file description, without waiting; the lock ends with it. Not flock(2): .NET takes that
    /// one on every file it opens, so a program that just reads the file would be refused.
    /// </summary>
    /// <returns>0, or the error number.</returns>
    internal static int TryLock(int fd) => SetLock(fd, F_WRLCK);

    /// <summary>Gives a lock back at once. A close does not, while a child that is being started at this moment has a copy of the descriptor until its exec.</summary>
    internal static void Unlock(int fd) => _ = SetLock(fd, F_UNLCK);

    private static int SetLock(int fd, short type)
    {
        var whole = new FileLock { Type = type };
        return LibC.fcntl_lock(fd, OperatingSystem.IsMacOS() ? 90 : F_OFD_SETLK, &whole) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Another open file description holds the lock of <see cref="TryLock"/>. Takes no lock.</summary>
    internal static bool IsLocked(int fd)
    {
        var whole = new FileLock { Type = F_WRLCK };
        return LibC.fcntl_lock(fd, F_OFD_GETLK, &whole) == 0 && whole.Type != F_UNLCK;
    }

    /// <summary>Waits for the lock of the whole file; closing the descriptor gives it back. False: the file system has no locks.</summary>
    internal static bool Lock(int fd)
    {
        var whole = new FileLock { Type = F_WRLCK };
        while (LibC.fcntl_lock(fd, F_OFD_SETLKW, &whole) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Errno.EINTR)
            {
                return false;
            }
        }

        return true;
    }

    internal static int SocketOption(int fd, int option)
    {
        int value = 0;
        uint length = sizeof(int);
        return LibC.getsockopt(fd, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
    }
}
