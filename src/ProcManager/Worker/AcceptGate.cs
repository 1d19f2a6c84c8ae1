using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>What ended a wait at the gate.</summary>
internal enum GateNews
{
    /// <summary>It is time to leave.</summary>
    Leave,

    /// <summary>A new connection, accepted; the worker counts as busy from here on.</summary>
    Connection,

    /// <summary>A watched descriptor has something to read.</summary>
    Readable,

    /// <summary>The wait was cancelled.</summary>
    Cancelled,

    /// <summary>Nothing came in time.</summary>
    TimedOut,
}

/// <summary>
/// Where a worker waits for a connection, for "leave", for the end of this one wait, and for what else it is told to watch.
/// When the listener and "leave" come together the connection is taken first: its wake-up went to nobody else.
/// </summary>
internal sealed unsafe class AcceptGate
{
    private const int RetryMilliseconds = 100;

    private readonly int _listener;
    private readonly int _leave;
    private readonly int _cancel;
    private readonly int _cancelEnd;
    private readonly GateSet _set;
    private readonly Queue<int> _readable = new();
    private readonly Dispatcher _dispatcher;
    private readonly ILogger _log;
    private int _cancelled;
    private int _looksAgain;

    internal AcceptGate(Socket listener, int leave, Dispatcher dispatcher, ILogger log, bool useEpoll)
    {
        _listener = (int)listener.Handle;
        _leave = leave;
        _dispatcher = dispatcher;
        _log = log;
        (_cancel, _cancelEnd) = Descriptors.Pipe();
        Descriptors.SetNonBlocking(_listener); // a host that used the socket itself may have changed it
        _set = useEpoll ? new EpollSet(_listener) : new PollSet(_listener);
        _set.Add(_leave);
        _set.Add(_cancel);
    }

    /// <summary>The next connection; null when it is time to leave, or when the wait was cancelled.</summary>
    internal Socket? Wait() =>
        Next(-1, out int fd) == GateNews.Connection ? new Socket(new SafeSocketHandle(fd, ownsHandle: true)) : null;

    /// <summary>Waits for whatever comes first; a connection or a watched descriptor is in <paramref name="fd"/>.</summary>
    internal GateNews Next(int milliseconds, out int fd)
    {
        if (_readable.TryDequeue(out fd))
        {
            return GateNews.Readable;
        }

        bool warned = false;
        while (true)
        {
            GateSigns signs = _set.Wait(milliseconds, _leave, _cancel, _readable);
            if (signs.HasFlag(GateSigns.Connection) && TryAccept(ref warned, out fd))
            {
                return GateNews.Connection;
            }

            if (signs.HasFlag(GateSigns.Leave))
            {
                return GateNews.Leave;
            }

            if (signs.HasFlag(GateSigns.Cancel))
            {
                Descriptors.Drain(_cancel);
                if (Interlocked.Exchange(ref _looksAgain, 0) == 1 && TryAccept(ref warned, out fd))
                {
                    LookAgain(); // there may be more, and a cancellation that came with it
                    return GateNews.Connection;
                }

                if (Interlocked.Exchange(ref _cancelled, 0) == 1)
                {
                    return GateNews.Cancelled;
                }
            }

            if (_readable.TryDequeue(out fd))
            {
                return GateNews.Readable;
            }

            if (milliseconds >= 0)
            {
                return GateNews.TimedOut; // or another worker was faster: the caller has a look at its deadlines, no more
            }
        }
    }

    /// <summary>A connection that is there already, without a wait.</summary>
    internal bool TryAccept(out int fd)
    {
        bool warned = true; // it is told by the wait that follows
        return TryAccept(ref warned, out fd);
    }

    /// <summary>From now on <see cref="Next"/> also tells when this descriptor can be read.</summary>
    internal void Watch(int fd) => _set.Add(fd);

    /// <summary>Before the descriptor is closed.</summary>
    internal void Unwatch(int fd) => _set.Remove(fd);

    /// <summary>Lets one wait go.</summary>
    internal void Cancel()
    {
        Volatile.Write(ref _cancelled, 1);
        Descriptors.Wake(_cancelEnd);
    }

    /// <summary>A connection may wait whose wake-up went to somebody who is gone: epoll gives it to one waiter only, and one that is being killed counts as one up to its last moment.</summary>
    internal void LookAgain()
    {
        Volatile.Write(ref _looksAgain, 1);
        Descriptors.Wake(_cancelEnd);
    }

    internal void Close()
    {
        _set.Dispose();
        Descriptors.Close(_cancel);
        Descriptors.Close(_cancelEnd);
    }

    private bool TryAccept(ref bool warned, out int fd)
    {
        if (CrashNotice.HasBegun)
        {
            CrashNotice.WaitForEnd(); // the connection is for another worker
        }

        fd = LibC.accept4(_listener, null, null, Constants.SOCK_CLOEXEC);
        if (fd >= 0)
        {
            _dispatcher.SetAccepted(true);
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno is Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM)
        {
            Pause(errno, ref warned);
            LookAgain(); // what a second look was for is still there
        }
        else if (errno is not (Errno.EAGAIN or Errno.EINTR or Errno.ECONNABORTED or Errno.EPERM or 71 /* EPROTO */))
        {
            throw new PosixException($"accept4({_listener})", errno);
        }

        return false;
    }

    // The connection stays in the queue, for us or for another worker; without a pause this would spin.
    private void Pause(int errno, ref bool warned)
    {
        if (!warned)
        {
            warned = true;
            Log.AcceptFailed(_log, Marshal.GetPInvokeErrorMessage(errno));
        }

        _ = Connections.WaitFor(_leave, Constants.POLLIN, RetryMilliseconds);
    }
}
