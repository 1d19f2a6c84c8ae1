using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ProcManager.Posix;
using static ProcManager.Posix.Constants;

namespace ProcManager.Runtime;

/// <summary>
/// The pid file. The lock (an open file description lock, fcntl(2)), held for the manager's life, is what counts; the number in it is for people. So a file left
/// by a dead manager is no obstacle, even when its number is somebody else's by now. A symbolic link is never followed.
/// </summary>
internal sealed unsafe class PidFile
{
    private readonly string _path;
    private readonly int _fd;

    private PidFile(string path, int fd)
    {
        _path = path;
        _fd = fd;
    }

    /// <summary>Throws <see cref="ProcManagerException"/> when another live manager holds it, <see cref="PosixException"/> when it cannot be written.</summary>
    internal static PidFile Acquire(string path)
    {
        string absolute = Path.GetFullPath(path);
        while (true)
        {
            int fd = LibC.open(absolute, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0x1a4 /* rw-r--r-- */);
            if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.ELOOP)
            {
                throw new PosixException($"open({absolute}), which is a symbolic link and is not followed,", Errno.ELOOP);
            }

            PosixException.ThrowIf(fd < 0, $"open({absolute})");
            try
            {
                if (!Descriptors.TryLock(fd))
                {
                    throw Held(absolute, fd);
                }

                // Its last owner may have removed it between our open and our lock: then it is no longer the file of that name.
                if (OperatingSystem.IsLinux() && FileIdentity.OfDescriptor(fd) is { } mine && !mine.IsSameFileAs(FileIdentity.OfPath(absolute)))
                {
                    Descriptors.Close(fd);
                    continue;
                }

                Write(absolute, fd);
                return new(absolute, fd);
            }
            catch
            {
                Descriptors.Close(fd);
                throw;
            }
        }
    }

    /// <summary>Removes it if it is still the file we locked, then lets the lock go.</summary>
    internal void Release()
    {
        if (FileIdentity.OfDescriptor(_fd) is { } mine && mine.IsSameFileAs(FileIdentity.OfPath(_path)))
        {
            _ = LibC.unlink(_path);
        }

        Descriptors.Close(_fd);
    }

    private static void Write(string path, int fd)
    {
        PosixException.ThrowIf(LibC.ftruncate(fd, 0) < 0, $"ftruncate({path})");
        byte[] text = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        fixed (byte* p = text)
        {
            PosixException.ThrowIf(LibC.write(fd, p, (nuint)text.Length) != text.Length, $"write({path})");
        }
    }

    private static ProcManagerException Held(string path, int fd)
    {
        Span<byte> buffer = stackalloc byte[16];
        int read = Descriptors.Read(fd, buffer);
        string pid = read > 0 ? Encoding.ASCII.GetString(buffer[..read]).Trim() : "unknown";
        return new($"The pid file '{path}' is held by a running manager (pid {pid}). Stop that one first, or give this one another PidFile.");
    }
}
