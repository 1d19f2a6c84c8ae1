using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>
/// Sockets in the file system: a file left by a dead program is replaced, a live one is an error; owner and mode are set before
/// anybody can connect, since a socket that does not listen yet refuses everybody.
/// </summary>
internal static class UnixSockets
{
    internal static Socket Bind(string name, UnixDomainSocketEndPoint endPoint, ListenOptions options)
    {
        string path = endPoint.ToString();
        bool isAbstract = path.Length == 0 || path[0] is '@' or '\0';
        if (!isAbstract)
        {
            RemoveStale(name, path, endPoint);
        }

        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bool bound = false;
        try
        {
            socket.Bind(endPoint);
            bound = true;
            if (!isAbstract)
            {
                SetAccess(path, options);
            }

            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ProcManagerException($"Listener '{name}' cannot be bound to '{path}': {e.Message}. Check that its folder exists and may be written to.", e);
        }
        catch when (bound)
        {
            socket.Dispose(); // removes the file too
            throw;
        }
    }

    private static void SetAccess(string path, ListenOptions options)
    {
        if (options.Owner is not null || options.Group is not null)
        {
            uint user = options.Owner is { } owner ? Accounts.UserId(owner) : Accounts.Unchanged;
            uint group = options.Group is { } named ? Accounts.GroupId(named) : Accounts.Unchanged;
            Accounts.ChangeOwner(path, user, group);
        }

        if (options.Mode is { } mode)
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static void RemoveStale(string name, string path, UnixDomainSocketEndPoint endPoint)
    {
        if (FileIdentity.OfPath(path) is not { } there)
        {
            return;
        }

        if (!there.IsSocket)
        {
            throw new ProcManagerException($"Listener '{name}': '{path}' exists and is not a socket. Remove it, or choose another path.");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(endPoint);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            PosixException.ThrowIf(LibC.unlink(path) < 0, $"unlink({path})"); // nobody listens: its program is dead
            return;
        }
        catch (SocketException e)
        {
            throw new ProcManagerException($"Listener '{name}': whether '{path}' is in use cannot be found out: {e.Message}.", e);
        }

        throw new ProcManagerException($"Listener '{name}': another program listens on '{path}'. Stop it, or choose another path.");
    }
}
