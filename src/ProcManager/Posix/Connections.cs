using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>System calls on an accepted connection, without a socket object around it. None of them waits but WaitFor.</summary>
internal static unsafe class Connections
{
    internal const int WouldBlock = -1;
    internal const int Lost = -2;

    /// <summary>No poll(2) event has this value.</summary>
    internal const short Woken = short.MinValue;

    /// <summary>How many bytes came; 0 when the other end has sent its last; or one of the constants.</summary>
    internal static int Receive(int fd, Span<byte> into)
    {
        fixed (byte* p = into)
        {
            while (true)
            {
                nint n = LibC.recv(fd, p, (nuint)into.Length, MSG_DONTWAIT);
                if (n >= 0)
                {
                    return (int)n;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return errno == Errno.EAGAIN ? WouldBlock : Lost;
                }
            }
        }
    }

    /// <summary>How many bytes were taken; or one of the constants.</summary>
    internal static int Send(int fd, ReadOnlySpan<byte> data)
    {
        fixed (byte* p = data)
        {
            while (true)
            {
                nint n = LibC.send(fd, p, (nuint)data.Length, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (n >= 0)
                {
                    return (int)n;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    return errno == Errno.EAGAIN ? WouldBlock : Lost;
                }
            }
        }
    }

    /// <summary>Waits for any of these poll(2) events; 0: not in time.</summary>
    internal static short WaitFor(int fd, short events, int milliseconds)
    {
        long until = milliseconds < 0 ? long.MaxValue : Environment.TickCount64 + milliseconds;
        var poll = new PollFd { Fd = fd, Events = events };
        while (true)
        {
            int n = LibC.poll(&poll, 1, milliseconds);
            if (n >= 0)
            {
                return n == 0 ? (short)0 : poll.Returned;
            }

            if (milliseconds >= 0)
            {
                milliseconds = (int)Math.Clamp(until - Environment.TickCount64, 0, int.MaxValue); // interrupted by a signal
            }
        }
    }

    /// <summary>As <see cref="WaitFor(int, short, int)"/>, but a byte in the pipe <paramref name="wake"/> ends the wait with <see cref="Woken"/>.</summary>
    internal static short WaitFor(int fd, short events, int milliseconds, int wake)
    {
        long until = milliseconds < 0 ? long.MaxValue : Environment.TickCount64 + milliseconds;
        PollFd* fds = stackalloc PollFd[2];
        fds[0] = new PollFd { Fd = fd, Events = events };
        fds[1] = new PollFd { Fd = wake, Events = POLLIN };
        while (true)
        {
            int n = LibC.poll(fds, 2, milliseconds);
            if (n >= 0)
            {
                return fds[1].Returned != 0 ? Woken : fds[0].Returned;
            }

            if (milliseconds >= 0)
            {
                milliseconds = (int)Math.Clamp(until - Environment.TickCount64, 0, int.MaxValue); // interrupted by a signal
            }
        }
    }

    /// <summary>Waits until one of these descriptors has an event, or the time is over. A signal ends the wait early.</summary>
    internal static void WaitForAny(Span<PollFd> awaited, int milliseconds)
    {
        fixed (PollFd* fds = awaited)
        {
            if (LibC.poll(fds, (nuint)awaited.Length, milliseconds) <= 0)
            {
                foreach (ref PollFd none in awaited)
                {
                    none.Returned = 0;
                }
            }
        }
    }

    /// <summary>Whether something can be read: bytes, or the end.</summary>
    internal static bool HasNews(int fd) => WaitFor(fd, POLLIN, 0) != 0;

    /// <summary>
    /// Whether the other end has closed the connection, not only its sending side. A unix socket tells the two apart. TCP does not before something is
    /// sent; there the end of what comes counts as the end of all, as it is with the known web servers.
    /// </summary>
    internal static bool IsPeerGone(int fd)
    {
        var poll = new PollFd { Fd = fd, Events = POLLRDHUP };
        return LibC.poll(&poll, 1, 0) > 0
            && ((poll.Returned & (POLLHUP | POLLERR)) != 0 || ((poll.Returned & POLLRDHUP) != 0 && !Descriptors.IsUnixSocket(fd)));
    }

    /// <summary>As <see cref="IsPeerGone"/>, but never for a TCP connection of which only one side may be closed. True: an answer can reach no client.</summary>
    internal static bool IsLost(int fd)
    {
        var poll = new PollFd { Fd = fd };
        return LibC.poll(&poll, 1, 0) > 0 && (poll.Returned & (POLLHUP | POLLERR)) != 0;
    }

    /// <summary>The other end has sent its last without having sent a byte, or the connection is lost: nothing is to be answered.</summary>
    internal static bool HasEnded(int fd)
    {
        byte first;
        nint n;
        do
        {
            n = LibC.recv(fd, &first, 1, MSG_DONTWAIT | MSG_PEEK);
        }
        while (n < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);

        return n < 0 ? Marshal.GetLastPInvokeError() != Errno.EAGAIN : n == 0 && (IsLost(fd) || !Descriptors.IsUnixSocket(fd));
    }

    /// <summary>Whether the next bytes of this connection, which stay there, are the record ABORT_REQUEST of this FastCGI request.</summary>
    internal static bool IsAbortNext(int fd, int requestId)
    {
        byte* header = stackalloc byte[8];
        return LibC.recv(fd, header, 8, MSG_DONTWAIT | MSG_PEEK) == 8
            && header[0] == 1 && header[1] == 2 && ((header[2] << 8) | header[3]) == requestId && header[4] == 0 && header[5] == 0;
    }

    /// <summary>Says that nothing more is sent.</summary>
    internal static void EndSending(int fd) => _ = LibC.shutdown(fd, SHUT_WR); // fails when the connection is lost already

    /// <summary>Ends a connection for both sides; the descriptor stays open.</summary>
    internal static void EndBoth(int fd) => _ = LibC.shutdown(fd, SHUT_RDWR);

    /// <summary>Refuses the clients of a listener.</summary>
    internal static void EndReceiving(int fd) => _ = LibC.shutdown(fd, SHUT_RD);

    /// <summary>The other end's address; null for a unix socket, or when the connection is lost.</summary>
    internal static IPAddress? PeerAddress(int fd)
    {
        byte* address = stackalloc byte[128];
        uint length = 128;
        if (LibC.getpeername(fd, address, &length) != 0)
        {
            return null;
        }

        IPAddress? found = BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(address, 2)) switch
        {
            AF_INET => new IPAddress(new ReadOnlySpan<byte>(address + 4, 4)),
            AF_INET6 => new IPAddress(new ReadOnlySpan<byte>(address + 8, 16)),
            _ => null,
        };
        return found is { IsIPv4MappedToIPv6: true } ? found.MapToIPv4() : found;
    }
}
