using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// A file without a name, close-on-exec: memfd_create(2). Where a sandbox refuses that call, the file is made in /dev/shm or in the folder for
/// temporary files, and its name is removed at once.
/// </summary>
internal static unsafe class AnonymousFile
{
    private const uint OwnerOnly = 0x180; // rw-------

    /// <param name="name">For people, in /proc.</param>
    /// <param name="length">What is to fit in; 0: unknown.</param>
    internal static int Open(string name, long length)
    {
        int fd;
        fixed (byte* text = System.Text.Encoding.ASCII.GetBytes(name + "\0"))
        {
            fd = LibC.memfd_create(text, MFD_CLOEXEC | MFD_ALLOW_SEALING);
        }

        int errno = Marshal.GetLastPInvokeError();
        if (fd >= 0)
        {
            return fd;
        }

        // Out of descriptors or memory: a file of another kind would not help.
        return errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM || (fd = OpenUnlinked(name, length)) < 0
            ? throw new PosixException($"memfd_create({name})", errno)
            : fd;
    }

    private static int OpenUnlinked(string name, long length)
    {
        foreach (string folder in new[] { "/dev/shm", Path.GetTempPath() })
        {
            string path = Path.Combine(folder, $"{name}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}");
            int fd = LibC.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, OwnerOnly);
            if (fd < 0)
            {
                continue;
            }

            _ = LibC.unlink(path);

            // Unlike a memfd, this file lies in a file system that may be full later; a process that touches such a page is killed.
            if (length == 0 || LibC.posix_fallocate(fd, 0, length) == 0)
            {
                return fd;
            }

            Descriptors.Close(fd);
        }

        return -1;
    }
}
