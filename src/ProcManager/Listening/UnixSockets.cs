using System.Globalization;
using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>
/// Sockets in the file system. The folder may belong to another user, able to replace the file by a link at any moment. So owner and
/// mode are never set by name, only through a handle that was proven to be this socket's file. A file left by a dead program is
/// replaced under a lock of its folder: of two starts at the same moment one gets the path and the other is told.
/// </summary>
internal static class UnixSockets
{
    private const uint OwnerOnly = 0x180; // rw-------
    private const uint All = 0x1ff;

    internal static Socket Bind(string name, UnixDomainSocketEndPoint endPoint, ListenOptions options)
    {
        string path = endPoint.ToString();
        if (path.Length == 0 || path[0] is '@' or '\0')
        {
            return BindAbstract(name, endPoint, options);
        }

        // Absolute from now on: the manager may go to another directory.
        (string folder, string file) = OpenFolder.Split(path);
        return new UnixListener(name, folder.TrimEnd('/') + "/" + file, options, Open(name, path, options)) { Blocking = true };
    }

    /// <summary>The socket that another process of this program has bound.</summary>
    internal static UnixListener TakeOver(string name, UnixDomainSocketEndPoint endPoint, ListenOptions options, int descriptor, SocketFile file)
    {
        (string folder, string entry) = OpenFolder.Split(endPoint.ToString());
        var identity = new FileIdentity(file.Major, file.Minor, file.Inode, 0, 0, 0, 0, 0);
        return new UnixListener(name, folder.TrimEnd('/') + "/" + entry, options, (descriptor, identity)) { Blocking = true };
    }

    /// <summary>A listening socket, non-blocking, and which file it has.</summary>
    internal static (int Descriptor, FileIdentity File) Open(string name, string path, ListenOptions options)
    {
        var access = SocketAccess.Of(options);
        (string folderPath, string file) = OpenFolder.Split(path);
        int socket = -1;
        bool bound = false;
        try
        {
            using var folder = OpenFolder.Open(folderPath);
            folder.Lock();
            RemoveStale(name, path, folder, file);
            socket = LocalSockets.Open();
            if (access.IsGiven)
            {
                PosixException.ThrowIf(LibC.fchmod(socket, OwnerOnly) < 0, "fchmod(socket)"); // the bind gives the socket's mode to the file
            }

            LocalSockets.Bind(socket, path);
            bound = true;
            LocalSockets.Listen(socket, options.Backlog);
            return (socket, access.IsGiven ? SetAccess(path, socket, access, folder, file) : folder.Find(file) ?? throw Replaced(path));
        }
        catch (PosixException e) when (!bound)
        {
            Descriptors.Close(socket);
            throw new ProcManagerException($"Listener '{name}' cannot be bound to '{path}': {e.Reason}. {(e.Errno == Errno.EADDRINUSE ? "Another program made it at this moment; start again." : "Check that its folder exists and may be written to.")}", e) { MayPass = e.MayPass };
        }
        catch
        {
            Descriptors.Close(socket);
            throw;
        }
    }

    private static Socket BindAbstract(string name, UnixDomainSocketEndPoint endPoint, ListenOptions options)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ProcManagerException($"Listener '{name}' cannot be bound to '{endPoint}': {e.Message}. Choose another name, or stop the program that has it.", e);
        }
    }

    /// <summary>Throws when the entry of that name is not, or no longer, this socket's file; then nothing was changed and nothing is removed.</summary>
    private static FileIdentity SetAccess(string path, int socket, SocketAccess access, OpenFolder folder, string file)
    {
        int handle = folder.OpenEntry(file);
        try
        {
            if (handle < 0 || FileIdentity.OfDescriptor(handle) is not { IsSocket: true } there || !IsFileOf(socket, handle))
            {
                throw Replaced(path);
            }

            try
            {
                access.Apply(handle, path);
                return there;
            }
            catch
            {
                if (there.IsSameFileAs(folder.Find(file)))
                {
                    _ = folder.Unlink(file);
                }

                throw;
            }
        }
        finally
        {
            Descriptors.Close(handle);
        }
    }

    /// <summary>Whether a connection through the handle arrives at this socket. Until the mode is set, only this process's own user and root can connect.</summary>
    private static bool IsFileOf(int socket, int handle)
    {
        int probe = LocalSockets.Open();
        bool arrived = false;
        if (LocalSockets.Connect(probe, handle) == 0)
        {
            while (!arrived && LocalSockets.Accept(socket) is var connection and >= 0)
            {
                arrived = LocalSockets.PeerPid(connection) == Environment.ProcessId;
                Descriptors.Close(connection);
            }
        }

        Descriptors.Close(probe);
        return arrived;
    }

    private static void RemoveStale(string name, string path, OpenFolder folder, string file)
    {
        int handle = folder.OpenEntry(file);
        if (handle < 0 || FileIdentity.OfDescriptor(handle) is not { } there)
        {
            Descriptors.Close(handle);
            return;
        }

        int probe = LocalSockets.Open();
        try
        {
            if (!there.IsSocket)
            {
                throw new ProcManagerException($"Listener '{name}': '{path}' exists and is not a socket. Remove it, or choose another path.");
            }

            switch (LocalSockets.Connect(probe, handle))
            {
                case Errno.ECONNREFUSED: // no process listens: its program is dead
                    PosixException.ThrowIf(there.IsSameFileAs(folder.Find(file)) && !folder.Unlink(file), $"unlink({path})");
                    break;
                case 0:
                    throw InUse(name, path, LocalSockets.PeerPid(probe));
                case Errno.EAGAIN: // its queue is full, and the kernel does not tell which program listens
                    throw InUse(name, path, 0);
                case var errno:
                    throw new ProcManagerException($"Listener '{name}': whether '{path}' is in use cannot be found out: {new PosixException("connect", errno).Reason}.");
            }
        }
        finally
        {
            Descriptors.Close(probe);
            Descriptors.Close(handle);
        }
    }

    private static ProcManagerException InUse(string name, string path, int pid)
    {
        string which = pid > 0 ? string.Create(CultureInfo.InvariantCulture, $" (pid {pid})") : "";
        return new($"Listener '{name}': another program{which} listens on '{path}'. Stop it, or choose another path.") { MayPass = true };
    }

    private static ProcManagerException Replaced(string path) =>
        new($"The socket '{path}' was replaced while it was being bound; its owner and mode were not set. See which program or user changes files in that folder.") { MayPass = true };

    /// <summary>Owner, group and mode, looked up before the file is made.</summary>
    private readonly record struct SocketAccess(uint User, uint Group, UnixFileMode? Mode)
    {
        internal bool IsGiven => Mode is not null || User != Accounts.Unchanged || Group != Accounts.Unchanged;

        internal static SocketAccess Of(ListenOptions options) => new(
            options.Owner is { } owner ? Accounts.UserId(owner) : Accounts.Unchanged,
            options.Group is { } group ? Accounts.GroupId(group) : Accounts.Unchanged,
            options.Mode);

        internal void Apply(int handle, string path)
        {
            if (User != Accounts.Unchanged || Group != Accounts.Unchanged)
            {
                PosixException.ThrowIf(LibC.fchownat(handle, "", User, Group, Constants.AT_EMPTY_PATH) < 0, $"chown({path})");
            }

            PosixException.ThrowIf(LibC.chmod($"/proc/self/fd/{handle}", Mode is { } mode ? (uint)mode : All & ~ProcFs.Umask()) < 0, $"chmod({path})");
        }
    }
}
