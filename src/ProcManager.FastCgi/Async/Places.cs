using ProcManager.Worker;

namespace ProcManager.FastCgi.Async;

/// <summary>
/// The places for requests that a worker serves at once. A connection gets a place with its accept, for its first request; further requests get theirs as
/// they come. While no place is free the gate waits for no connection, so that connections go to workers that have places.
/// </summary>
internal sealed class Places(int count)
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private AcceptGate? _gate;
    private int _free = count;

    internal bool AreAllTaken
    {
        get
        {
            lock (_lock)
            {
                return _free == 0;
            }
        }
    }

    internal void Guard(AcceptGate gate)
    {
        lock (_lock)
        {
            _gate = gate;
            gate.SetFull(_free == 0, atTheGate: true);
        }
    }

    /// <summary>For a connection, by the thread of the gate.</summary>
    internal bool TryTake()
    {
        lock (_lock)
        {
            return TakeIfFree(atTheGate: true);
        }
    }

    /// <summary>For a request.</summary>
    internal Task TakeAsync()
    {
        lock (_lock)
        {
            if (TakeIfFree(atTheGate: false))
            {
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return turn.Task;
        }
    }

    internal void GiveBack()
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                next.SetResult(); // the place goes from hand to hand
            }
            else if (_free++ == 0)
            {
                _gate?.SetFull(false, atTheGate: false);
            }
        }
    }

    private bool TakeIfFree(bool atTheGate)
    {
        if (_free == 0)
        {
            return false;
        }

        if (--_free == 0)
        {
            _gate?.SetFull(true, atTheGate);
        }

        return true;
    }
}

/// <summary>The place of a new connection's first request. The place is held until that has come, or for a moment: a silent connection must not keep others out.</summary>
internal sealed class Reservation(Places places)
{
    private int _over;

    internal bool IsOver => Volatile.Read(ref _over) != 0;

    /// <summary>True: the place is now the request's.</summary>
    internal bool TryUse() => Interlocked.Exchange(ref _over, 1) == 0;

    internal void GiveBack()
    {
        if (TryUse())
        {
            places.GiveBack();
        }
    }
}
