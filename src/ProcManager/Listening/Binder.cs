using System.Net;
using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>Binds a listening socket. It is left non-blocking: several workers wait on it, and one may be faster.</summary>
internal static class Binder
{
    internal static Socket Bind(string name, EndPoint endPoint, ListenOptions options)
    {
        Socket socket = endPoint switch
        {
            IPEndPoint ip => BindIp(name, ip, options),
            UnixDomainSocketEndPoint unix when !Platform.IsLinux => BindElsewhere(unix, options.Backlog),
            UnixDomainSocketEndPoint unix => UnixSockets.Bind(name, unix, options),
            _ => throw new ArgumentException($"Listener '{name}': {endPoint.GetType().Name} is not an end point that can be listened on; give an IPEndPoint or a UnixDomainSocketEndPoint.", nameof(endPoint)),
        };
        if (Platform.IsLinux)
        {
            Descriptors.SetNonBlocking((int)socket.Handle);
        }

        return socket;
    }

    private static Socket BindElsewhere(UnixDomainSocketEndPoint endPoint, int backlog)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(endPoint.ToString()); // left by a run before
        socket.Bind(endPoint);
        socket.Listen(backlog);
        return socket;
    }

    /// <summary>The socket object for a descriptor that the manager has bound. Disposing it in a worker leaves the manager's open.</summary>
    internal static Socket Adopt(int descriptor)
    {
        var socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));

        // A descriptor that is non-blocking already is taken for an asynchronous one, on which Accept() throws.
        socket.Blocking = true;
        return socket;
    }

    private static Socket BindIp(string name, IPEndPoint endPoint, ListenOptions options)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = endPoint.Address.Equals(IPAddress.IPv6Any);
            }

            // By number: the managed option of that name sets SO_REUSEPORT too, and a port in use would go unnoticed.
            if (Platform.IsLinux)
            {
                socket.SetRawSocketOption(Constants.SOL_SOCKET, Constants.SO_REUSEADDR, BitConverter.GetBytes(1));
            }

            socket.Bind(endPoint);
            Defer(socket, options.DeferAccept);
            socket.Listen(options.Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ProcManagerException($"Listener '{name}' cannot be bound to {endPoint}: {e.Message}. {Remedy(e, endPoint)}", e) { MayPass = e.SocketErrorCode == SocketError.AddressAlreadyInUse };
        }
    }

    /// <summary>See <see cref="ListenOptions.DeferAccept"/>. Also for a socket that listens already.</summary>
    internal static void Defer(Socket socket, TimeSpan time)
    {
        if (Platform.IsLinux && time > TimeSpan.Zero)
        {
            socket.SetRawSocketOption(Constants.IPPROTO_TCP, Constants.TCP_DEFER_ACCEPT, BitConverter.GetBytes((int)Math.Ceiling(time.TotalSeconds)));
        }
    }

    private static string Remedy(SocketException e, IPEndPoint endPoint) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse when Platform.IsLinux => PortHolders.Describe(endPoint.Port) ?? "Another program listens there; stop it, or choose another port.",
        SocketError.AddressAlreadyInUse => "Another program listens there; stop it, or choose another port.",
        SocketError.AccessDenied => "Ports below 1024 need the privilege CAP_NET_BIND_SERVICE.",
        SocketError.AddressNotAvailable => "The address is not one of this machine's.",
        _ => "Check address and port.",
    };
}
