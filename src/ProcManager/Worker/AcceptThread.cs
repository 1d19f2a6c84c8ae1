using Microsoft.Extensions.Logging;

namespace ProcManager.Worker;

/// <summary>
/// AcceptAsync when no connection waits already: a thread of its own waits at the gate, only while a host awaits. The runtime's own asynchronous accept would
/// wake every idle worker for each connection, and needs a thread pool that has not run dry.
/// </summary>
internal sealed class AcceptThread
{
    private const int StackSize = 256 * 1024;

    private readonly AcceptGate _gate;
    private readonly Dispatcher _dispatcher;
    private readonly ILogger _log;
    private readonly WaitingThread<AcceptWait> _thread;
    private readonly Lock _lock = new();
    private AcceptWait? _current;

    internal AcceptThread(AcceptGate gate, Dispatcher dispatcher, ILogger log)
    {
        _gate = gate;
        _dispatcher = dispatcher;
        _log = log;
        _thread = new WaitingThread<AcceptWait>("accept", Run, log, StackSize);
    }

    /// <summary>The next connection, in hand; null when it is time to leave, or when the wait was cancelled.</summary>
    internal async ValueTask<AcceptedSocket?> NextAsync(CancellationToken cancellationToken)
    {
        var wait = new AcceptWait();
        _dispatcher.Hold(); // from here on until the wait has ended
        using CancellationTokenRegistration registration = cancellationToken.Register(() => Cancel(wait));
        _thread.Post(wait);
        return await wait.Task.ConfigureAwait(false);
    }

    private void Cancel(AcceptWait wait)
    {
        lock (_lock)
        {
            wait.IsCancelled = true;
            if (wait == _current)
            {
                _gate.Cancel();
            }
        }
    }

    private void Run(AcceptWait wait)
    {
        lock (_lock)
        {
            _current = wait;
        }

        bool leave = false;
        try
        {
            wait.Connection = wait.IsCancelled ? null : Accept(wait, out leave);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            wait.Failure = e;
        }

        lock (_lock)
        {
            _current = null;
            _gate.ForgetCancel(); // a late cancellation must not end the next wait
        }

        if (leave)
        {
            // The release may run the host's callbacks, which need more than the small stack of this thread.
            LeavingThread.Run(
                () =>
                {
                    _dispatcher.Release();
                    wait.Execute();
                },
                _log);
        }
        else
        {
            if (wait.Connection is null)
            {
                _dispatcher.Release(); // otherwise the hold goes with the connection
            }

            _ = ThreadPool.UnsafeQueueUserWorkItem(wait, preferLocal: false);
        }
    }

    private AcceptedSocket? Accept(AcceptWait wait, out bool leave)
    {
        while (true)
        {
            leave = _dispatcher.IsLeaving;
            if (leave || wait.IsCancelled)
            {
                return null;
            }

            GateNews news = _gate.Next(-1, out int fd);
            if (news == GateNews.Connection && _gate.GiveOut(fd) is { } connection)
            {
                return connection;
            }

            if (news == GateNews.Leave)
            {
                leave = true;
                return null;
            }
        }
    }

    /// <summary>Goes on on the thread that completes it, which is never the gate's: what the host does next may take long, and need more than a small stack.</summary>
    private sealed class AcceptWait : TaskCompletionSource<AcceptedSocket?>, IThreadPoolWorkItem
    {
        internal AcceptedSocket? Connection { get; set; }

        internal Exception? Failure { get; set; }

        internal volatile bool IsCancelled;

        public void Execute()
        {
            if (Failure is { } failure)
            {
                SetException(failure);
            }
            else
            {
                SetResult(Connection);
            }
        }
    }
}
