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

    public void Dispose()
    {
        Descriptors.Unlock(_fd);
        Descriptors.Close(_fd);
    }
}
