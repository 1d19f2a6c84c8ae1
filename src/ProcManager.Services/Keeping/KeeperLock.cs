using System.Globalization;
using System.Text;
using ProcManager.Posix;

namespace ProcManager.Services.Keeping;

/// <summary>One keeper has one folder: the lock on <c>keeper.lock</c> (an open file description lock, fcntl(2)) ends with the keeper, however it ends. The number in the file is for people.</summary>
internal sealed class KeeperLock : IDisposable
{
    private readonly int _fd;

    private KeeperLock(int fd) => _fd = fd;

    /// <exception cref="ProcManagerException">Another keeper has the lock, or there can be none.</exception>
    internal static KeeperLock Take(KeeperFolder folder)
    {
        int fd = PrivateFile.OpenOrMake(folder.Lock);
        try
        {
            int errno = Descriptors.TryLock(fd);
            if (errno is Errno.EAGAIN or Errno.EACCES)
            {
                string pid = Encoding.ASCII.GetString(Descriptors.ReadFile(fd, 16)).Trim();
                throw new ProcManagerException($"A keeper (pid {(pid.Length > 0 ? pid : "unknown")}) already keeps the services of the folder '{folder.Path}'. Stop that one first, or give this one another folder.") { MayPass = true };
            }

            if (errno != 0)
            {
                throw new ProcManagerException($"The file '{folder.Lock}' cannot be locked: {new PosixException("fcntl", errno).Reason}. Put the folder on a local file system.");
            }

            PosixException.ThrowIf(LibC.ftruncate(fd, 0) < 0, $"ftruncate({folder.Lock})");
            _ = LibC.lseek(fd, 0, 0);
            Descriptors.WriteAll(fd, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return new KeeperLock(fd);
        }
        catch
        {
            Descriptors.Close(fd);
            throw;
        }
    }

    /// <summary>The lock of a folder, to be looked at and not taken. Null: there is none, or this user may not read it.</summary>
    internal static KeeperLock? Look(KeeperFolder folder)
    {
        int fd = LibC.open(folder.Lock, Constants.O_RDONLY | Constants.O_NOFOLLOW | Constants.O_NONBLOCK | Constants.O_CLOEXEC, 0);
        return fd < 0 ? null : new KeeperLock(fd);
    }

    /// <summary>After <see cref="Look"/>: the keeper that has the lock, as its number in the file says; 0: it has written none. Null: no keeper has it.</summary>
    internal int? Holder()
    {
        if (!Descriptors.IsLocked(_fd))
        {
            return null;
        }

        return int.TryParse(Encoding.ASCII.GetString(Descriptors.ReadFile(_fd, 16)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0;
    }

    /// <summary>The keeper that has the lock of a folder, see <see cref="Holder()"/>.</summary>
    internal static int? Holder(KeeperFolder folder)
    {
        using KeeperLock? held = Look(folder);
        return held?.Holder();
    }

    public void Dispose()
    {
        Descriptors.Unlock(_fd);
        Descriptors.Close(_fd);
    }
}
