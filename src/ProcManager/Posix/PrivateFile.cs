using System.Globalization;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// A file that only this user may change. The folder may be one where other users can make files: a symbolic link is not followed, and only a
/// regular file of this user with one name is used.
/// </summary>
internal static class PrivateFile
{
    private const uint OwnersOnly = 0x180; // rw-------

    /// <summary>Opens the file to read and write, and makes it when it is not there.</summary>
    /// <exception cref="PosixException">The file cannot be opened, or another user may change it.</exception>
    internal static int OpenOrMake(string path) => Open(path, O_CREAT);

    /// <summary>The same, and each write goes to the file's end.</summary>
    internal static int OpenToAppend(string path) => Open(path, O_CREAT | O_APPEND);

    /// <summary>For what is not to be kept.</summary>
    internal static int OpenNull()
    {
        int fd = LibC.open("/dev/null", O_RDWR | O_CLOEXEC, 0);
        PosixException.ThrowIf(fd < 0, "open(/dev/null)");
        return fd;
    }

    /// <summary>Negative when there is no such file.</summary>
    internal static int OpenExisting(string path) => FileIdentity.OfPath(path) is null ? -1 : Open(path, 0);

    private static int Open(string path, int flags)
    {
        // O_NONBLOCK: the open of a fifo would wait for the other end.
        int fd = LibC.open(path, O_RDWR | flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, OwnersOnly);
        if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.ELOOP)
        {
            throw new PosixException($"open({path}), which is a symbolic link and is not followed,", Errno.ELOOP);
        }

        PosixException.ThrowIf(fd < 0, $"open({path})");
        string? problem = FileIdentity.OfDescriptor(fd) switch
        {
            { IsRegular: false } => "which is not a regular file",
            { Owner: var owner } when owner != LibC.geteuid() => string.Create(CultureInfo.InvariantCulture, $"which belongs to another user ({owner})"),
            { IsWritableByOthers: true } => "which other users may change",
            { Links: > 1 } file => string.Create(CultureInfo.InvariantCulture, $"which has {file.Links} names (hard links)"),
            _ => null,
        };
        if (problem is null)
        {
            return fd;
        }

        Descriptors.Close(fd);
        throw new PosixException($"open({path}), {problem} and is not used,", Errno.EPERM);
    }
}
