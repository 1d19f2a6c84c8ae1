using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;
using static ProcManager.Posix.Constants;

namespace ProcManager.Worker;

/// <summary>
/// Where a worker waits for a connection: one epoll set of the listener (exclusive, so that a connection wakes one worker), the
/// pipe that says "leave", and one that cancels a single wait. Elsewhere than on Linux it is poll(2), and every idle worker wakes.
/// When the listener and "leave" come together the connection is taken first: its wake-up went to nobody else.
/// </summary>
internal sealed unsafe class AcceptGate
{
    private const int RetryMilliseconds = 100;

    private readonly int _listener;
    private readonly int _leave;
    private readonly int _epoll = -1;
    private readonly int _cancel;
    private readonly int _cancelEnd;
    private readonly Dispatcher _dispatcher;
    private readonly ILogger _log;

    internal AcceptGate(Socket listener, int leave, Dispatcher dispatcher, ILogger log, bool useEpoll)
    {
        _listener = (int)listener.Handle;
        _leave = leave;
        _dispatcher = dispatcher;
        _log = log;
        (_cancel, _cancelEnd) = Descriptors.Pipe();
        Descriptors.SetNonBlocking(_listener); // a host that used the socket itself may have changed it
        if (useEpoll)
        {
            _epoll = LibC.epoll_create1(EPOLL_CLOEXEC);
            PosixException.ThrowIf(_epoll < 0, "epoll_create1");
            Watch(_listener, EPOLLIN | EPOLLEXCLUSIVE);
            Watch(_leave, EPOLLIN);
            Watch(_cancel, EPOLLIN);
        }
    }

    /// <summary>The next connection; null when it is time to leave, or when the wait was cancelled.</summary>
    internal Socket? Wait()
    {
        bool warned = false;
        while (true)
        {
            (bool connection, bool leave, bool cancelled) = Poll();
            if (connection)
            {
                int fd = LibC.accept4(_listener, null, null, SOCK_CLOEXEC);
                if (fd >= 0)
                {
                    _dispatcher.SetAccepted(true);
                    return new Socket(new SafeSocketHandle(fd, ownsHandle: true));
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM)
                {
                    Pause(errno, ref warned);
                }
                else if (errno is not (Errno.EAGAIN or Errno.EINTR or Errno.ECONNABORTED or Errno.EPERM or 71 /* EPROTO */))
                {
                    throw new PosixException($"accept4({_listener})", errno);
                }
            }

            if (leave)
            {
                return null;
            }

            if (cancelled)
            {
                Span<byte> buffer = stackalloc byte[16];
                _ = Descriptors.Read(_cancel, buffer);
                return null;
            }
        }
    }

    /// <summary>Lets one wait go with null.</summary>
    internal void Cancel() => Descriptors.Wake(_cancelEnd);

    internal void Close()
    {
        Descriptors.Close(_epoll);
        Descriptors.Close(_cancel);
        Descriptors.Close(_cancelEnd);
    }

    private (bool Connection, bool Leave, bool Cancelled) Poll()
    {
        bool connection = false;
        bool leave = false;
        bool cancelled = false;
        if (_epoll >= 0)
        {
            byte* events = stackalloc byte[3 * 16];
            int n = LibC.epoll_wait(_epoll, events, 3, -1);
            for (int i = 0; i < n; i++)
            {
                Note(*(int*)(events + (i * EpollEventSize) + EpollEventSize - 8));
            }
        }
        else
        {
            PollFd* fds = stackalloc PollFd[3];
            fds[0] = new PollFd { Fd = _listener, Events = POLLIN };
            fds[1] = new PollFd { Fd = _leave, Events = POLLIN };
            fds[2] = new PollFd { Fd = _cancel, Events = POLLIN };
            int n = LibC.poll(fds, 3, -1);
            for (int i = 0; n > 0 && i < 3; i++)
            {
                if (fds[i].Returned != 0)
                {
                    Note(fds[i].Fd);
                }
            }
        }

        return (connection, leave, cancelled);

        void Note(int fd)
        {
            connection |= fd == _listener;
            leave |= fd == _leave;
            cancelled |= fd == _cancel;
        }
    }

    // The connection stays in the queue, for us or for another worker; without a pause this would spin.
    private void Pause(int errno, ref bool warned)
    {
        if (!warned)
        {
            warned = true;
            Log.AcceptFailed(_log, Marshal.GetPInvokeErrorMessage(errno));
        }

        PollFd fd = new() { Fd = _leave, Events = POLLIN };
        _ = LibC.poll(&fd, 1, RetryMilliseconds);
    }

    private void Watch(int fd, uint events)
    {
        byte* ev = stackalloc byte[16];
        *(uint*)ev = events;
        *(long*)(ev + EpollEventSize - 8) = fd; // epoll_data comes last
        PosixException.ThrowIf(LibC.epoll_ctl(_epoll, EPOLL_CTL_ADD, fd, ev) < 0, $"epoll_ctl({fd})");
    }
}
