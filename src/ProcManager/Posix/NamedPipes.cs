using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>Named pipes, see fifo(7), in a folder of this user's own. Both ends are opened to read and write, so neither end's close is the end of the pipe.</summary>
internal static class NamedPipes
{
    /// <summary>rw--w--w-: a service of another user may open it again by <c>/dev/stdout</c>. Its folder keeps others away.</summary>
    private const uint Access = 0x192;

    /// <summary>Makes the pipe when it is not there, and opens it to be read without waiting.</summary>
    /// <exception cref="PosixException">It cannot be made or opened, or the name is another kind of file's.</exception>
    internal static int OpenReader(string path)
    {
        PosixException.ThrowIf(LibC.mkfifo(path, Access) < 0 && Marshal.GetLastPInvokeError() != Errno.EEXIST, $"mkfifo({path})");
        int fd = Open(path, O_NONBLOCK);
        _ = LibC.fchmod(fd, Access); // mkfifo goes by the umask
        return fd;
    }

    /// <summary>For the standard output of another process, which waits when the pipe is full.</summary>
    internal static int OpenWriter(string path) => Open(path, 0);

    private static int Open(string path, int flags)
    {
        int fd = LibC.open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | flags, 0);
        PosixException.ThrowIf(fd < 0, $"open({path})");
        if (FileIdentity.OfDescriptor(fd) is { IsPipe: true })
        {
            return fd;
        }

        Descriptors.Close(fd);
        throw new PosixException($"open({path}), which is not a named pipe,", Errno.EPERM);
    }
}
