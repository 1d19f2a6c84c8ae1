using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using static ProcManager.Posix.Constants;

namespace ProcManager.Posix;

/// <summary>System calls on an accepted connection, without a socket object around it. None of them waits but <see cref="WaitFor"/>.</summary>
internal static unsafe class Connections
{
    internal const int WouldBlock = -1;
    internal const int Lost = -2;

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

    /// <summary>
    /// Waits until the other end has closed, or sends that it aborts its FastCGI request, which is looked at and left there; or until
    /// the pipe says stop.
    /// </summary>
    internal static bool WaitForEnd(int fd, int stop, out bool stopped)
    {
        short events = POLLRDHUP | POLLIN;
        PollFd* fds = stackalloc PollFd[2];
        while (true)
        {
            fds[0] = new PollFd { Fd = fd, Events = events };
            fds[1] = new PollFd { Fd = stop, Events = POLLIN };
            _ = LibC.poll(fds, 2, -1);
            stopped = fds[1].Returned != 0;
            if (stopped)
            {
                return false;
            }

            if ((fds[0].Returned & (POLLRDHUP | POLLHUP | POLLERR)) != 0 || IsAbortRecord(fd))
            {
                return true;
            }

            if (fds[0].Returned != 0)
            {
                events = POLLRDHUP; // a body: more of it would wake us without end
            }
        }
    }

    /// <summary>Looks, without a wait, whether the other end has closed or aborts its FastCGI request.</summary>
    internal static bool IsEndOrAbort(SafeHandle socket)
    {
        bool held = false;
        try
        {
            socket.DangerousAddRef(ref held);
            int fd = (int)socket.DangerousGetHandle();
            byte first;
            return LibC.recv(fd, &first, 1, MSG_DONTWAIT | MSG_PEEK) == 0 || IsAbortRecord(fd);
        }
        finally
        {
            if (held)
            {
                socket.DangerousRelease();
            }
        }
    }

    private static bool IsAbortRecord(int fd)
    {
        byte* header = stackalloc byte[2];
        return LibC.recv(fd, header, 2, MSG_DONTWAIT | MSG_PEEK) == 2 && header[1] == 2;
    }

    /// <summary>Says that nothing more is sent.</summary>
    internal static void EndSending(int fd) => _ = LibC.shutdown(fd, SHUT_WR); // fails when the connection is lost already

    /// <summary>Of a listener: clients are refused.</summary>
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
