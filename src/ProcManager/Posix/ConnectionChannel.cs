using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>What an attempt to take a connection from a channel has found.</summary>
internal enum ChannelNews
{
    /// <summary>No message is there.</summary>
    Nothing,

    /// <summary>A connection.</summary>
    Connection,

    /// <summary>A message is there and stays there: this process may open no descriptor for its connection.</summary>
    NoRoom,

    /// <summary>The other end is closed.</summary>
    Closed,
}

/// <summary>
/// A pair of sockets (SOCK_SEQPACKET, unix(7)) over which one process hands another its connections: a message is one connection and the data that belongs to it. A message that was not read is still there when its reader has
/// died, for a process that has a copy of the reader's end.
/// </summary>
internal static unsafe class ConnectionChannel
{
    /// <summary>How much data may go with a connection.</summary>
    internal const int MaxData = 64 * 1024;

    // The kernel doubles it, and counts its own bookkeeping in.
    private const int SendBuffer = 2 * MaxData;

    // A message without a byte would read as the end.
    private const byte Mark = 1;

    internal static (int Ours, int Theirs) Open()
    {
        int* fds = stackalloc int[2];
        PosixException.ThrowIf(LibC.socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0, "socketpair(SOCK_SEQPACKET)");
        int size = SendBuffer;
        _ = LibC.setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(int)); // at most net.core.wmem_max: a message that does not fit then is refused, which is told
        return (fds[0], fds[1]);
    }

    /// <summary>True when the descriptor is an end of such a pair.</summary>
    internal static bool IsOne(int fd) => Descriptors.SocketOption(fd, SO_TYPE) == SOCK_SEQPACKET;

    /// <summary>Another descriptor of a connection, close-on-exec, for a process that takes it for a blocking one. -1: it is no socket.</summary>
    internal static int Copy(int connection)
    {
        if (Descriptors.SocketOption(connection, SO_TYPE) < 0)
        {
            return -1;
        }

        int flags = LibC.fcntl(connection, F_GETFL, 0);
        PosixException.ThrowIf(flags < 0 || LibC.fcntl(connection, F_SETFL, flags & ~O_NONBLOCK) < 0, $"fcntl({connection}, F_SETFL)");
        return Descriptors.Duplicate(connection, 3);
    }

    /// <summary>Sends without waiting. The sender closes its own descriptor of the connection after it. 0, or the error number.</summary>
    internal static int Send(int channel, ReadOnlySpan<byte> data, int connection)
    {
        if (data.IsEmpty)
        {
            return DescriptorPassing.Send(channel, [], [Mark], connection, MSG_DONTWAIT);
        }

        byte[] message = new byte[1 + data.Length];
        message[0] = Mark;
        data.CopyTo(message.AsSpan(1));
        return DescriptorPassing.Send(channel, [], message, connection, MSG_DONTWAIT);
    }

    /// <summary>The system is short of something for the moment; the same channel may be tried again.</summary>
    internal static bool IsPassing(int errno) => errno is Errno.EAGAIN or Errno.ENOMEM or Errno.ENOBUFS or Errno.ETOOMANYREFS or Errno.EINTR;

    /// <summary>The message itself is refused, and would be on every channel.</summary>
    internal static bool IsOfMessage(int errno, int connection) => errno is Errno.EMSGSIZE or Errno.EINVAL || (errno == Errno.EBADF && !Descriptors.IsOpen(connection));

    /// <summary>
    /// The next connection, without waiting. The message is looked at first, which gives the descriptor, and is taken out only then: a process at its limit of
    /// descriptors would lose the connection otherwise.
    /// </summary>
    internal static ChannelNews TryTake(int channel, out int connection, out byte[] data)
    {
        data = [];
        nint length = DescriptorPassing.Peek(channel, out connection, out bool isCut);
        if (length <= 0)
        {
            return length == 0 || Marshal.GetLastPInvokeError() != Errno.EAGAIN ? ChannelNews.Closed : ChannelNews.Nothing;
        }

        if (connection < 0 && isCut)
        {
            return ChannelNews.NoRoom;
        }

        byte[] message = new byte[length];
        fixed (byte* p = message)
        {
            _ = LibC.recv(channel, p, (nuint)length, MSG_DONTWAIT);
        }

        data = length > 1 ? message[1..] : [];
        return connection < 0 ? ChannelNews.Nothing : ChannelNews.Connection;
    }
}
