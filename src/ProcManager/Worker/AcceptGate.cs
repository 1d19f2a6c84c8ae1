using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// Where a worker waits for a connection, for "leave", for the end of this one wait, and for what else it is told to watch.
/// When the listener and "leave" come together the connection is taken first: its wake-up went to no other worker.
/// A thread that comes here holds the worker (<see cref="Dispatcher.Hold"/>) before it looks whether the worker is to leave.
/// </summary>
internal sealed unsafe partial class AcceptGate
{
    private readonly int _listener;
    private readonly int _leave;
    private readonly int _cancel;
    private readonly int _cancelEnd;
    private readonly GateSet _set;
    private readonly Queue<int> _readable = new();
    private readonly Dispatcher _dispatcher;
    private readonly AcceptPause _pause;
    private readonly HandedConnections? _handed; // null: the gate accepts by itself
    private int _cancelled;
    private int _looksAgain;
    private volatile bool _abandoned;
    private volatile bool _isFull;
    private bool _isFirst;

    internal AcceptGate(Socket listener, int leave, Dispatcher dispatcher, ILogger log, bool useEpoll)
    {
        _listener = (int)listener.Handle;
        _handed = listener is ChannelSocket ? dispatcher.Handed : null;
        _leave = leave;
        _dispatcher = dispatcher;
        (_cancel, _cancelEnd) = Descriptors.Pipe();
        Descriptors.SetNonBlocking(_listener); // a host that used the socket itself may have changed it
        _set = useEpoll ? new EpollSet(_listener) : new PollSet(_listener);
        _set.Add(_leave);
        _set.Add(_cancel);
        _pause = new AcceptPause(_listener, dispatcher.Board, log);
    }

    /// <summary>Waits for whatever comes first; a connection or a watched descriptor is in <paramref name="fd"/>. The caller holds the worker.</summary>
    internal GateNews Next(int milliseconds, out int fd, bool cancellable = true)
    {
        if (_handed is null)
        {
            return Await(milliseconds, out fd, cancellable);
        }

        _handed.AtGate(true);
        try
        {
            return Await(milliseconds, out fd, cancellable);
        }
        finally
        {
            _handed.AtGate(false);
        }
    }

    private GateNews Await(int milliseconds, out int fd, bool cancellable)
    {
        if (_readable.TryDequeue(out fd))
        {
            return GateNews.Readable;
        }

        while (true)
        {
            LetOthersGoFirst();
            TakeOutIfFull();
            int wait = milliseconds;
            if (_pause.IsOn && !_pause.IsOver(_set))
            {
                wait = milliseconds < 0 ? AcceptPause.Milliseconds : Math.Min(milliseconds, AcceptPause.Milliseconds);
            }

            GateSigns signs = _set.Wait(wait, _leave, _cancel, _readable);
            if ((signs & GateSigns.Connection) != 0) // HasFlag makes objects until it is compiled well
            {
                if (_handed is null) // otherwise the connection is this worker's
                {
                    LetOthersTake();
                }

                if (TryAccept(out fd))
                {
                    return GateNews.Connection;
                }
            }

            if ((signs & GateSigns.Leave) != 0)
            {
                return GateNews.Leave;
            }

            if ((signs & GateSigns.Cancel) != 0)
            {
                Descriptors.Drain(_cancel);
                if (Interlocked.Exchange(ref _looksAgain, 0) == 1 && TryAccept(out fd))
                {
                    LookAgain(); // there may be more, and a cancellation that came with it
                    return GateNews.Connection;
                }

                if (cancellable && Interlocked.Exchange(ref _cancelled, 0) == 1)
                {
                    return GateNews.Cancelled;
                }

                if (Volatile.Read(ref _cancelled) == 1)
                {
                    Descriptors.Wake(_cancelEnd); // the cancellation is for the thread of AcceptAsync, which waits beside this one
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

    /// <summary>A connection that is there already, without a wait. The caller holds the worker.</summary>
    internal bool TryAccept(out int fd)
    {
        fd = -1;
        if (!_set.IsListening)
        {
            return false;
        }

        if (CrashNotice.HasBegun)
        {
            CrashNotice.WaitForEnd(); // the connection is for another worker
        }

        if (_handed is not null)
        {
            return TryTakeHanded(out fd);
        }

        fd = LibC.accept4(_listener, null, null, Constants.SOCK_CLOEXEC);
        if (fd >= 0)
        {
            _isFirst = true;
            _pause.BeginIfNear(fd, _set);
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        AcceptFailure failure = AcceptError.Classify(errno);
        if (failure == AcceptFailure.NoRoom)
        {
            _pause.Begin(errno, _set);
            Volatile.Write(ref _looksAgain, 1); // the connection of a second look still waits
        }
        else if (failure == AcceptFailure.Broken && !_abandoned && !_dispatcher.IsLeaving) // a manager that stops has shut the listener
        {
            throw new PosixException($"accept4({_listener})", errno);
        }

        return false;
    }

    /// <summary>
    /// While closed, <see cref="Next"/> tells of everything but new connections, which wait in the queue for other workers or until this one opens its gate again.
    /// </summary>
    internal bool IsClosed
    {
        get;
        set
        {
            if (field != value)
            {
                field = value;
                _set.Set(NotListening.NoConnections, value);
            }
        }
    }

    /// <summary>Connections of an engine of ours are opened or closed; those of <see cref="AcceptedSocket"/> count themselves.</summary>
    internal void CountConnections(int change)
    {
        _dispatcher.Board.AddConnections(change);
        if (change < 0)
        {
            _handed?.ConnectionClosed();
        }
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

    /// <summary>The wait that was to be cancelled is over.</summary>
    internal void ForgetCancel() => Volatile.Write(ref _cancelled, 0);

    /// <summary>
    /// A connection may wait whose wake-up went to a worker that is gone: epoll wakes one waiter only, and a worker that is being killed counts as one up to its last moment.
    /// </summary>
    internal void LookAgain()
    {
        Volatile.Write(ref _looksAgain, 1);
        Descriptors.Wake(_cancelEnd);
    }

    /// <summary>While paused the gate takes no new connections. From any thread, also during a wait; at the end of the pause those that wait are taken.</summary>
    internal void SetPaused(bool paused)
    {
        if (_handed is not null)
        {
            return; // the manager accepts nothing then, and what it has handed over is served
        }

        _set.Set(NotListening.Paused, paused);
        Descriptors.Wake(_cancelEnd); // poll(2) looks at the listener before each wait only
    }

    /// <summary>Before the listener is closed: the gate waits for no connection any more. From any thread.</summary>
    internal void StopListening()
    {
        _abandoned = true;
        _set.Set(NotListening.Abandoned, true);
    }

    internal void Close()
    {
        _set.Dispose();
        Descriptors.Close(_cancel);
        Descriptors.Close(_cancelEnd);
    }
}
