using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>Why a worker leaves. Several may hold; <see cref="Departure"/> tells the first in the order of the mission: TERM, HUP, manager gone.</summary>
[Flags]
internal enum DepartureReason
{
    None = 0,
    Term = 1,
    Hup = 2,
    Int = 4,
    Quit = 8,
    ManagerGone = 16,
    ManagerAsked = 32,
    Host = 64,

    /// <summary>One request a process: the last one has ended.</summary>
    LastRequest = 128,

    /// <summary>There is no descriptor for the connection that the worker was handed.</summary>
    NoDescriptor = 256,
}

/// <summary>
/// Leaving, as a state: once begun it stays. It is complete when nothing is under way; then a host that waits in Accept or on
/// Stopping is let out, and one with a wait of its own is ended here.
/// </summary>
#pragma warning disable CA1001 // lives as long as the process; its token source is never disposed under a host that waits on it
internal sealed class Departure
#pragma warning restore CA1001
{
    private readonly Dispatcher _dispatcher;
    private readonly ILogger _log;
    private readonly Action<int> _exit;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _leaveEnd;
    private int _reasons;
    private int _told;
    private int _exiting;
    private volatile bool _letOut;
    private volatile bool _limitReached;

    internal Departure(Dispatcher dispatcher, ILogger log, Action<int> exit)
    {
        _dispatcher = dispatcher;
        _log = log;
        _exit = exit;
        (LeaveDescriptor, _leaveEnd) = Platform.IsLinux ? Descriptors.Pipe() : (-1, -1);
        dispatcher.Departure = this;
    }

    /// <summary>Readable from the moment leaving has begun, and for ever.</summary>
    internal int LeaveDescriptor { get; }

    internal bool HasBegun => Volatile.Read(ref _reasons) != 0;

    /// <summary>Completes when leaving has begun, whatever is still under way.</summary>
    internal Task Begun => _begun.Task;

    /// <summary>Completes when leaving has begun and nothing is under way.</summary>
    internal Task Drained => _drained.Task;

    /// <summary>A host that asks for this token waits on it, and is not ended but let out.</summary>
    internal CancellationToken Stopping
    {
        get
        {
            _letOut = true;
            return _stopping.Token;
        }
    }

    /// <summary>The host waits at our gate: it is let out, not ended.</summary>
    internal void LetOut() => _letOut = true;

    /// <summary>The worker has asked to be replaced; it leaves when the manager says so.</summary>
    internal void LimitReached() => _limitReached = true;

    /// <summary>From here on no thread goes to a gate to take something. <see cref="Begin"/> follows.</summary>
    internal void RaiseFlag(DepartureReason reason)
    {
        if (Interlocked.Or(ref _reasons, (int)reason) == 0 && _leaveEnd >= 0)
        {
            Descriptors.Wake(_leaveEnd);
        }
    }

    internal void Begin(DepartureReason reason)
    {
        RaiseFlag(reason);
        _dispatcher.Attend();
        Complete();
        _begun.TrySetResult();
    }

    internal void Close()
    {
        Descriptors.Close(LeaveDescriptor);
        Descriptors.Close(_leaveEnd);
    }

    // A host with a wait of its own may begin a request while the process is about to end. The request counts already, and waits here until the exit is
    // decided: either the exit is taken back, or the process ends in this moment.
    internal void RequestBegins()
    {
        Interlocked.MemoryBarrier();
        var spin = new SpinWait();
        while (!_letOut && Volatile.Read(ref _exiting) != 0)
        {
            spin.SpinOnce();
        }
    }

    internal void RequestEnded() => Complete();

    internal void Complete()
    {
        while (HasBegun && _dispatcher.IsIdle)
        {
            if (!_letOut && Interlocked.Exchange(ref _exiting, 1) != 0)
            {
                return; // another thread decides
            }

            if (_letOut || _dispatcher.IsIdle)
            {
                Finish();
                return;
            }

            Volatile.Write(ref _exiting, 0); // a request began meanwhile; it may have ended already
        }
    }

    private void Finish()
    {
        if (Interlocked.Exchange(ref _told, 1) != 0)
        {
            return;
        }

        Tell();
        _drained.TrySetResult();
        if (_letOut)
        {
            Cancel();
        }
        else
        {
            _exit(0);
        }
    }

    private void Cancel()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException e)
        {
            WorkerLog.StoppingCallbackFailed(_log, e);
        }
    }

    private void Tell()
    {
        var reasons = (DepartureReason)Volatile.Read(ref _reasons);
        switch (reasons)
        {
            case var r when r != DepartureReason.ManagerGone && _limitReached:
                WorkerLog.SafeExit(_log, "the request limit");
                break;
            case var r when r.HasFlag(DepartureReason.Term):
                WorkerLog.SafeExit(_log, "SIGTERM");
                break;
            case var r when r.HasFlag(DepartureReason.Hup):
                WorkerLog.SafeExit(_log, "SIGHUP");
                break;
            case var r when (r & (DepartureReason.Int | DepartureReason.Quit)) != 0:
                WorkerLog.SafeExit(_log, reasons.HasFlag(DepartureReason.Int) ? "SIGINT" : "SIGQUIT");
                break;
            case var r when r.HasFlag(DepartureReason.ManagerGone):
                WorkerLog.SafeExitManagerGone(_log);
                break;
            case var r when r.HasFlag(DepartureReason.ManagerAsked):
                WorkerLog.SafeExit(_log, "the manager's request");
                break;
            case var r when r.HasFlag(DepartureReason.NoDescriptor):
                PerRequestLog.NoDescriptor(_log);
                break;
            case var r when r.HasFlag(DepartureReason.LastRequest):
                PerRequestLog.LastRequest(_log);
                break;
            default:
                WorkerLog.SafeExit(_log, "the host's request");
                break;
        }
    }
}
