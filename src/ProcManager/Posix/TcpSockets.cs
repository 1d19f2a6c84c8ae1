using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>System calls on TCP sockets, without a socket object around them: a check of a local port costs three calls.</summary>
internal static unsafe class TcpSockets
{
    private const int AddressSize = 28; // struct sockaddr_in6; sockaddr_in takes the first 16

    /// <summary>Close-on-exec and non-blocking.</summary>
    /// <exception cref="PosixException">No descriptor is left, or the machine has no IPv6.</exception>
    internal static int Open(AddressFamily family)
    {
        int fd = LibC.socket(family == AddressFamily.InterNetworkV6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        PosixException.ThrowIf(fd < 0, "socket(TCP)");
        return fd;
    }

    /// <summary>Begins to connect and never waits.</summary>
    /// <returns>0: connected; EINPROGRESS: <see cref="Result"/> tells once the socket can be written to; or another error number.</returns>
    internal static int Connect(int fd, IPAddress address, int port)
    {
        byte* bytes = stackalloc byte[AddressSize];
        var text = new Span<byte>(bytes, AddressSize);
        text.Clear();
        bool isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        *(ushort*)bytes = (ushort)(isV6 ? AF_INET6 : AF_INET);
        BinaryPrimitives.WriteUInt16BigEndian(text[2..], (ushort)port);
        _ = address.TryWriteBytes(text[(isV6 ? 8 : 4)..], out _);
        if (isV6)
        {
            *(uint*)(bytes + 24) = (uint)address.ScopeId;
        }

        return LibC.connect(fd, bytes, isV6 ? 28u : 16u) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>A connection that needed no wait, as to a port of this machine; null: it would take a wait, or fails.</summary>
    internal static Socket? TryConnectAtOnce(IPAddress address, int port)
    {
        int fd;
        try
        {
            fd = Open(address.AddressFamily);
        }
        catch (PosixException)
        {
            return null; // a connect that waits has the same error, and tells it
        }

        int errno = Connect(fd, address, port);
        if (errno == Errno.EINPROGRESS)
        {
            errno = Connections.WaitFor(fd, POLLOUT, 0) == 0 ? errno : Result(fd);
        }

        if (errno == 0 && !IsConnectedToItself(fd))
        {
            return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
        }

        Descriptors.Close(fd);
        return null;
    }

    /// <summary>How a connection attempt has ended: 0, or the error number.</summary>
    internal static int Result(int fd)
    {
        int error = 0;
        uint length = sizeof(int);
        return LibC.getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// The socket is connected to itself: no program listens, and the kernel has given the socket the very port that it connects to, see RFC 9293 on simultaneous open. One attempt in 28,000 on a free port among those that
    /// the kernel gives out.
    /// </summary>
    internal static bool IsConnectedToItself(int fd)
    {
        byte* own = stackalloc byte[AddressSize];
        byte* peer = stackalloc byte[AddressSize];
        uint ownLength = AddressSize;
        uint peerLength = AddressSize;
        return LibC.getsockname(fd, own, &ownLength) == 0 && LibC.getpeername(fd, peer, &peerLength) == 0
            && new ReadOnlySpan<byte>(own, (int)ownLength).SequenceEqual(new ReadOnlySpan<byte>(peer, (int)peerLength));
    }
}
