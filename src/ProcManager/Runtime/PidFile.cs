using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ProcManager.Posix;
using static ProcManager.Posix.Constants;

namespace ProcManager.Runtime;

/// <summary>
/// The pid file. The lock (an open file description lock, fcntl(2)), held for the manager's life, is what counts; the number in it is for people. So a file left
/// by a dead manager is no obstacle, even when its number is another process's by now. The folder may belong to another user, so only a regular
/// file of this user's or root's that has no second name is written; a symbolic link is never followed.
/// </summary>
internal sealed unsafe class PidFile
{
    private readonly string _path;
    private readonly int _fd;

    private PidFile(string path, int fd, string? notLocked)
    {
        _path = path;
        _fd = fd;
        NotLocked = notLocked;
    }

    /// <summary>Why the file system gives no lock, as NFS without its lock service; null: the file is locked.</summary>
    internal string? NotLocked { get; }

    /// <summary>The open file, for a program that takes over this process.</summary>
    internal int Descriptor => _fd;

    /// <summary>The file that the manager before has locked in this process. Null: its path is another one now; then the old file is removed.</summary>
    internal static PidFile? TakeOver(string? path, int fd)
    {
        Descriptors.SetCloseOnExec(fd);
        if (path is not null && FileIdentity.OfDescriptor(fd) is { } open && open.IsSameFileAs(FileIdentity.OfPath(System.IO.Path.GetFullPath(path))))
        {
            return new PidFile(System.IO.Path.GetFullPath(path), fd, null);
        }

        if (new FileInfo($"/proc/self/fd/{fd}").LinkTarget is { } old)
        {
            Remove(old, fd);
        }

        Descriptors.Close(fd);
        return null;
    }

    /// <summary>Throws <see cref="ProcManagerException"/> when another live manager holds it, <see cref="PosixException"/> when it cannot be written.</summary>
    internal static PidFile Acquire(string path)
    {
        string absolute = System.IO.Path.GetFullPath(path);
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
                int errno = Descriptors.TryLock(fd);
                if (errno is Errno.EAGAIN or Errno.EACCES)
                {
                    throw Held(absolute, fd);
                }

                // Its last owner may have removed it between our open and our lock: then it is no longer the file of that name.
                if (OperatingSystem.IsLinux() && FileIdentity.OfDescriptor(fd) is { } mine && !mine.IsSameFileAs(FileIdentity.OfPath(absolute)))
                {
                    Descriptors.Close(fd);
                    continue;
                }

                ThrowIfNotOurs(absolute, fd);
                Write(absolute, fd, isLocked: errno == 0);
                return new(absolute, fd, errno == 0 ? null : new PosixException($"fcntl({absolute}, F_OFD_SETLK)", errno).Message);
            }
            catch
            {
                Descriptors.Close(fd);
                throw;
            }
        }
    }

    internal string Path => _path;

    /// <summary>Removes it if it is still the file we locked, then lets the lock go. A file that may not be removed, since the manager is another user by now, is emptied: the number in it is going to be another process's.</summary>
    /// <returns>Why it could not be removed; null: it is gone.</returns>
    internal string? Release()
    {
        string? reason = Remove(_path, _fd);
        if (reason is not null)
        {
            _ = LibC.ftruncate(_fd, 0);
        }

        Descriptors.Close(_fd);
        return reason;
    }

    private static string? Remove(string path, int fd)
    {
        try
        {
            (string folderPath, string name) = OpenFolder.Split(path);
            using var folder = OpenFolder.Open(folderPath);
            return FileIdentity.OfDescriptor(fd) is { } mine && mine.IsSameFileAs(folder.Find(name)) && !folder.Unlink(name)
                ? Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())
                : null;
        }
        catch (PosixException e)
        {
            return e.Errno == Errno.EACCES ? e.Reason : null; // otherwise the folder is gone, and the file with it
        }
    }

    private static void ThrowIfNotOurs(string path, int fd)
    {
        string? what = FileIdentity.OfDescriptor(fd) switch
        {
            { IsRegular: false } => "which is not a regular file",
            { IsOursOrRoots: false } file => string.Create(CultureInfo.InvariantCulture, $"which belongs to another user ({file.Owner})"),
            { Links: > 1 } file => string.Create(CultureInfo.InvariantCulture, $"which has {file.Links} names (hard links)"),
            _ => null,
        };
        if (what is not null)
        {
            throw new PosixException($"open({path}), {what} and is not written,", Errno.EPERM);
        }
    }

    private static void Write(string path, int fd, bool isLocked)
    {
        PosixException.ThrowIf(LibC.ftruncate(fd, 0) < 0, $"ftruncate({path})");
        byte[] text = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        nint written;
        int errno;
        fixed (byte* p = text)
        {
            written = LibC.write(fd, p, (nuint)text.Length);
            errno = written < 0 ? Marshal.GetLastPInvokeError() : Errno.ENOSPC; // a short write has no errno
        }

        if (written != text.Length)
        {
            // The disk is full. A file without a pid would mislead a script that reads it; without the lock the file may be another manager's.
            if (isLocked)
            {
                _ = Remove(path, fd);
            }

            throw new PosixException($"write({path})", errno);
        }
    }

    private static ProcManagerException Held(string path, int fd)
    {
        Span<byte> buffer = stackalloc byte[16];
        int read = Descriptors.Read(fd, buffer);
        string pid = read > 0 ? Encoding.ASCII.GetString(buffer[..read]).Trim() : "unknown";
        return new($"The pid file '{path}' is held by a running manager (pid {pid}). Stop that one first, or give this one another PidFile.") { MayPass = true };
    }
}
