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
}

/// <summary>
/// Leaving, as a state: once begun it stays. It is complete when nothing is under way; then a host that waits in Accept or on
/// Stopping is let out, and one with a wait of its own is ended here.
/// </summary>
#pragma warning disable CA1001 // lives as long as the process; its token source is never disposed under a host that waits on it
internal sealed class Departure
#pragma warning restore CA1001
{
    private const int Undecided = 0;
    private const int Exiting = 1;
    private const int Serving = 2;

    private readonly Dispatcher _dispatcher;
    private readonly ILogger _log;
    private readonly Action<int> _exit;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _leaveEnd;
    private int _reasons;
    private int _told;
    private int _ownWait;
    private volatile bool _letOut;
    private volatile bool _limitReached;

    internal Departure(Dispatcher dispatcher, ILogger log, Action<int> exit)
    {
        _dispatcher = dispatcher;
        _log = log;
        _exit = exit;
        (LeaveDescriptor, _leaveEnd) = Descriptors.Pipe();
        dispatcher.Departure = this;
    }

    /// <summary>Readable from the moment leaving has begun, and for ever.</summary>
    internal int LeaveDescriptor { get; }

    internal bool HasBegun => Volatile.Read(ref _reasons) != 0;

    /// <summary>Completes when leaving has begun, whatever is still under way.</summary>
    internal Task Begun => _begun.Task;

    /// <summary>Completes when leaving has begun and nothing is under way.</summary>
    internal Task Drained => _drained.Task;

    /// <summary>Whoever asks for it waits on it, and is not ended but let out.</summary>
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

    internal void Begin(DepartureReason reason)
    {
        if (Interlocked.Or(ref _reasons, (int)reason) == 0)
        {
            Descriptors.Wake(_leaveEnd);
        }

        _dispatcher.Attend();
        Complete();
        _begun.TrySetResult();
    }

    internal void Close()
    {
        Descriptors.Close(LeaveDescriptor);
        Descriptors.Close(_leaveEnd);
    }

    // A host with a wait of its own may begin a request while we are about to end it: one of the two wins.
    internal void RequestBegins()
    {
        if (HasBegun && !_letOut && Interlocked.CompareExchange(ref _ownWait, Serving, Undecided) == Exiting)
        {
            Thread.Sleep(Timeout.Infinite); // the process ends in this moment
        }
    }

    internal void RequestEnded()
    {
        if (HasBegun)
        {
            _ = Interlocked.CompareExchange(ref _ownWait, Undecided, Serving);
            Complete();
        }
    }

    internal void Complete()
    {
        if (!HasBegun || !_dispatcher.IsIdle)
        {
            return;
        }

        if (!_letOut && Interlocked.CompareExchange(ref _ownWait, Exiting, Undecided) != Undecided)
        {
            return;
        }

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
            Log.StoppingCallbackFailed(_log, e);
        }
    }

    private void Tell()
    {
        var reasons = (DepartureReason)Volatile.Read(ref _reasons);
        switch (reasons)
        {
            case var r when r != DepartureReason.ManagerGone && _limitReached:
                Log.SafeExit(_log, "the request limit");
                break;
            case var r when r.HasFlag(DepartureReason.Term):
                Log.SafeExit(_log, "SIGTERM");
                break;
            case var r when r.HasFlag(DepartureReason.Hup):
                Log.SafeExit(_log, "SIGHUP");
                break;
            case var r when (r & (DepartureReason.Int | DepartureReason.Quit)) != 0:
                Log.SafeExit(_log, reasons.HasFlag(DepartureReason.Int) ? "SIGINT" : "SIGQUIT");
                break;
            case var r when r.HasFlag(DepartureReason.ManagerGone):
                Log.SafeExitManagerGone(_log);
                break;
            case var r when r.HasFlag(DepartureReason.ManagerAsked):
                Log.SafeExit(_log, "the manager's request");
                break;
            default:
                Log.SafeExit(_log, "the host's request");
                break;
        }
    }
}
