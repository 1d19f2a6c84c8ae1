using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>
/// An open folder. Its entries are named relative to it, so an entry stays in this folder even when another user replaces a part of
/// the path by a link meanwhile.
/// </summary>
internal sealed class OpenFolder : IDisposable
{
    private const int LockTries = 200;
    private const int LockPause = 10; // milliseconds

    private const int AT_REMOVEDIR = 0x200;
    private const uint OwnersOnly = 0x1c0; // rwx------
    private const uint OwnersOnlyFile = 0x180; // rw-------

    private readonly int _fd;

    private OpenFolder(int fd) => _fd = fd;

    /// <summary>The folder and the name within it; a relative path is meant from the present directory. Not normalised: ".." behind a link is the kernel's business.</summary>
    internal static (string Folder, string Name) Split(string path)
    {
        string absolute = path.StartsWith('/') ? path : Environment.CurrentDirectory.TrimEnd('/') + "/" + path;
        int slash = absolute.LastIndexOf('/');
        return (slash == 0 ? "/" : absolute[..slash], absolute[(slash + 1)..]);
    }

    /// <summary>Throws <see cref="PosixException"/> when the folder is not there or may not be entered.</summary>
    /// <param name="path">The path of the folder.</param>
    /// <param name="follow">False: a symbolic link is refused.</param>
    internal static OpenFolder Open(string path, bool follow = true)
    {
        int flags = O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
        int fd = LibC.open(path, O_RDONLY | flags, 0);
        if (fd < 0 && Marshal.GetLastPInvokeError() == Errno.EACCES)
        {
            fd = LibC.open(path, O_PATH | flags, 0); // the folder may be entered, though not listed
        }

        PosixException.ThrowIf(fd < 0, $"open({path})");
        return new(fd);
    }

    /// <summary>Waits until the disk has the names of a folder. Not all file systems can tell, so a failure is none.</summary>
    internal static void Flush(string path)
    {
        int fd = LibC.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd >= 0)
        {
            _ = LibC.fsync(fd);
            Descriptors.Close(fd);
        }
    }

    /// <summary>A folder in this one. A symbolic link is refused.</summary>
    /// <exception cref="PosixException">There is no such folder, or it may not be read.</exception>
    internal OpenFolder Enter(string name)
    {
        int fd = LibC.openat(_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
        PosixException.ThrowIf(fd < 0, $"open({Path}/{name})");
        return new(fd);
    }

    /// <summary>Makes a folder in this one, for its owner only. 0, or the error number.</summary>
    internal int Make(string name) => LibC.mkdirat(_fd, name, OwnersOnly) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Makes a file for its owner only and opens it to write. Close-on-exec.</summary>
    /// <exception cref="PosixException">The name is taken, or the disk is full or read-only.</exception>
    internal int MakeFile(string name)
    {
        int fd = LibC.openat(_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, OwnersOnlyFile);
        PosixException.ThrowIf(fd < 0, $"open({Path}/{name})");
        return fd;
    }

    internal FileIdentity? Identity => FileIdentity.OfDescriptor(_fd);

    /// <summary>The folder's path without links, as the kernel has it now.</summary>
    internal string Path => new FileInfo($"/proc/self/fd/{_fd}").LinkTarget ?? "";

    internal FileIdentity? Find(string name) => FileIdentity.OfEntry(_fd, name);

    /// <summary>A handle of the entry itself, a link not followed; negative when there is no such entry.</summary>
    internal int OpenEntry(string name) => LibC.openat(_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);

    internal bool Unlink(string name) => LibC.unlinkat(_fd, name, 0) == 0;

    /// <summary>Both names are in this folder; what has the new name is replaced. 0, or the error number.</summary>
    internal int Rename(string name, string newName) => LibC.renameat(_fd, name, _fd, newName) == 0 ? 0 : Marshal.GetLastPInvokeError();

    internal bool RemoveEmptyFolder(string name) => LibC.unlinkat(_fd, name, AT_REMOVEDIR) == 0;

    /// <summary>The names in the folder; empty when it may not be listed.</summary>
    internal string[] Names()
    {
        try
        {
            return [.. Directory.GetFileSystemEntries($"/proc/self/fd/{_fd}").Select(static e => System.IO.Path.GetFileName(e))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// Only one process at a time has this lock, which ends with this object and leaves nothing behind. Another user may hold the lock for ever, and
    /// some file systems have none, so after two seconds the caller goes on without.
    /// </summary>
    internal unsafe void Lock()
    {
        for (int i = 0; i < LockTries && LibC.flock(_fd, LOCK_EX | LOCK_NB) < 0 && Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR; i++)
        {
            _ = LibC.poll(null, 0, LockPause);
        }
    }

    /// <summary>Gives the folder itself to another user. Takes root.</summary>
    internal void Give(uint user, uint group) => PosixException.ThrowIf(LibC.fchown(_fd, user, group) < 0, $"fchown({Path})");

    /// <summary>Gives an entry to another user; a link is not followed, and an entry that is not this user's is left alone. Takes root.</summary>
    internal void Give(string name, uint user, uint group)
    {
        int handle = OpenEntry(name);
        if (handle >= 0 && FileIdentity.OfDescriptor(handle) is { Links: 1 } file && file.Owner == LibC.geteuid())
        {
            _ = LibC.fchownat(handle, "", user, group, AT_EMPTY_PATH);
        }

        Descriptors.Close(handle);
    }

    public void Dispose() => Descriptors.Close(_fd);
}
