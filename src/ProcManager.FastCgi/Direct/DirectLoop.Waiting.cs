using ProcManager.Worker;

namespace ProcManager.FastCgi.Direct;

/// <summary>Waits for the next request: takes what is there already, without a system call where that can be, then waits at the gate.</summary>
internal sealed partial class DirectLoop
{
    /// <summary>The next request; null when it is time to leave. A request that was not completed is completed first.</summary>
    internal FastCgiRequest? Next(CancellationToken cancellationToken)
    {
        _serving?.Protocol.Exchange.Request?.Dispose();
        using CancellationTokenRegistration registration = cancellationToken.CanBeCanceled ? cancellationToken.Register(() => _gate?.Cancel()) : default;
        while (true)
        {
            if (WithoutWaiting() is { } request)
            {
                return request;
            }

            _gate = _manager.EnterRawGate(_listener, out bool leaving);
            if (leaving)
            {
                return Leave();
            }

            cancellationToken.ThrowIfCancellationRequested(); // before the gate was known
            if (Wait(_gate, Timeout.Infinite, out _) is { } next)
            {
                return next;
            }
        }
    }

    /// <summary>As <see cref="Next"/>, but waits no longer than this. Null also when no request came, or when the worker is first to stand by or to leave.</summary>
    internal FastCgiRequest? TryNext(int milliseconds)
    {
        _serving?.Protocol.Exchange.Request?.Dispose();
        while (_manager.IsPastStandby)
        {
            if (WithoutWaiting() is { } request)
            {
                return request;
            }

            _gate = _manager.EnterRawGate(_listener, out bool leaving);
            if (leaving)
            {
                return null;
            }

            if (Wait(_gate, milliseconds, out bool nothing) is { } next)
            {
                return next;
            }

            if (nothing)
            {
                return null;
            }
        }

        return null;
    }

    // What was received already, and, as long as that is worth it, the next request of the web server that had the last answer.
    private FastCgiRequest? WithoutWaiting()
    {
        while (_queue.TryDequeue(out DirectConnection? queued))
        {
            queued.IsQueued = false;
            if (queued.Descriptor >= 0 && Advance(queued) is { } request)
            {
                return request;
            }
        }

        if (_kept is not { } kept)
        {
            return null;
        }

        _kept = null;
        if (kept.Stage != Stage.Idle || kept.Descriptor < 0 || !_guess.IsWorthIt || _manager.IsLeaving)
        {
            return null;
        }

        FastCgiRequest? next = Advance(kept);
        _guess.Was(next is not null);
        return next;
    }

    // Null: there is no request yet. Then "nothing" says whether anything came at all.
    private FastCgiRequest? Wait(AcceptGate gate, int milliseconds, out bool nothing)
    {
        nothing = false;
        long now = Environment.TickCount64;
        gate.IsClosed = !HasRoom();
        if (_table.WatchedCount == 0)
        {
            if (gate.TryAccept(out int there))
            {
                return Open(there, now);
            }

            _lookUntil = 0; // the queue is empty
        }

        int deadline = _table.MillisecondsToDeadline(now);
        bool isShort = milliseconds >= 0 && (deadline < 0 || milliseconds < deadline);
        switch (gate.Next(isShort ? milliseconds : deadline, out int fd))
        {
            case GateNews.Connection:
                return Open(fd, now);
            case GateNews.Readable when _table.Find(fd) is { } connection:
                return Advance(connection);
            case GateNews.TimedOut:
                nothing = isShort;
                CloseLate();
                return null;
            default:
                return null;
        }
    }

    private void CloseLate()
    {
        foreach (DirectConnection late in _table.Late(Environment.TickCount64))
        {
            Close(late);
        }
    }
}
