namespace ProcManager.Supervision;

/// <summary>One decision in the making: a copy of the state to work on, and the actions so far. Lives inside <see cref="Supervisor.Decide"/>.</summary>
internal sealed class Turn(PoolState before, TimeSpan now)
{
    private readonly List<PoolAction> _actions = [];
    private readonly List<WorkerState> _workers = [.. before.Workers];
    private TimeSpan? _wake;

    internal TimeSpan Now { get; } = now;

    /// <summary>Everything but the workers, which are <see cref="Workers"/> while the turn lasts.</summary>
    internal PoolState State { get; set; } = before;

    internal PoolPolicy Policy => State.Policy;

    internal IReadOnlyList<WorkerState> Workers => _workers;

    /// <summary>For loops that change what they run over.</summary>
    internal WorkerState[] CopyOfWorkers() => [.. _workers];

    /// <summary>How many actions there are so far.</summary>
    internal int Done => _actions.Count;

    internal void Do(PoolAction action) => _actions.Add(action);

    internal void WakeAt(TimeSpan time) => _wake = _wake is { } earlier && earlier <= time ? earlier : time;

    internal WorkerState? Find(int slot)
    {
        int at = IndexOf(slot);
        return at >= 0 ? _workers[at] : null;
    }

    internal void Put(WorkerState worker)
    {
        int at = IndexOf(worker.Slot);
        if (at >= 0)
        {
            _workers[at] = worker;
        }
        else
        {
            _workers.Insert(~at, worker);
        }
    }

    internal void Remove(int slot) => _workers.RemoveAt(IndexOf(slot));

    internal int Count(Func<WorkerState, bool> which)
    {
        int n = 0;
        foreach (WorkerState worker in _workers)
        {
            n += which(worker) ? 1 : 0;
        }

        return n;
    }

    /// <summary>The lowest slot nobody has; -1 when all are taken.</summary>
    internal int FreeSlot()
    {
        int slot = 0;
        foreach (WorkerState worker in _workers)
        {
            if (worker.Slot != slot)
            {
                break;
            }

            slot++;
        }

        return slot < Policy.MaxSlots ? slot : -1;
    }

    /// <summary>Tells a worker to leave, once.</summary>
    internal void TellToLeave(WorkerState worker, WorkerExitCause cause, int signal = UnixSignal.Term)
    {
        if (!worker.IsLive)
        {
            return;
        }

        Leisure.End(this, worker.Slot);
        Put(worker with
        {
            Phase = WorkerPhase.Leaving,
            HurriesAt = null,
            LeaveCause = cause,
            LeavesForReload = cause == WorkerExitCause.Reload,
            Deadline = Now + Policy.DieTimeout,
        });
        Do(new PoolAction.TellToLeave(worker.Slot, cause, signal));
        Do(new PoolAction.SayDraining(worker.Slot, LeaveReason.Of(this, worker, cause)));
    }

    internal (PoolState State, IReadOnlyList<PoolAction> Actions) Finish()
    {
        foreach (WorkerState worker in _workers)
        {
            if (worker.Deadline is { } deadline)
            {
                WakeAt(deadline);
            }
        }

        if (State.RestartBy is { } restart)
        {
            WakeAt(restart);
        }

        foreach (AdoptedState adopted in State.Adopted)
        {
            if (adopted.Deadline is { } deadline)
            {
                WakeAt(deadline);
            }
        }

        return (State with { Workers = [.. _workers], NextWake = State.Phase == PoolPhase.Ended ? null : _wake }, _actions);
    }

    private int IndexOf(int slot)
    {
        int low = 0;
        int high = _workers.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int at = _workers[middle].Slot;
            if (at == slot)
            {
                return middle;
            }

            (low, high) = at < slot ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
