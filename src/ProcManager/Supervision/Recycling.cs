namespace ProcManager.Supervision;

/// <summary>
/// The coordinator of workers that have reached a limit: requests, lifetime, memory. They ask, and serve on; one after the other is granted, the one most over its
/// limit first, with a pause between two. A granted one leaves when its replacement is ready, see <see cref="Retirement"/>.
/// Nobody waits longer than the ceiling.
/// </summary>
internal static class Recycling
{
    internal static void Asks(Turn turn, WorkerState worker, WorkerExitCause cause)
    {
        if (PerRequest.IsFreeAgain(worker))
        {
            turn.TellToLeave(worker, cause);
            return;
        }

        if (worker is not { Belongs: true, AskedFor: null })
        {
            return;
        }

        turn.Put(worker with { AskedFor = cause, AskedAt = turn.Now }); // one request a process: it leaves when that has ended
        turn.Do(new PoolAction.SayLimitReached(worker.Slot, LeaveReason.Of(turn, worker, cause)));
    }

    /// <summary>An operator asks: the worker does not wait for its turn, and leaves when its replacement is ready.</summary>
    internal static void Requested(Turn turn, int slot)
    {
        if (turn.State.IsStopping || turn.Find(slot) is not { IsLive: true, IsCrashing: false, Dying: false } worker)
        {
            return;
        }

        if (PerRequest.IsOn(turn.State))
        {
            turn.TellToLeave(worker, WorkerExitCause.Recycled); // after its request, if it has one
        }
        else if (worker is { IsFresh: true })
        {
            turn.Put(worker with { AskedFor = WorkerExitCause.Recycled, AskedAt = turn.Now, RetireFor = WorkerExitCause.Recycled });
        }
        else if (worker.IsStandby)
        {
            turn.TellToLeave(worker, WorkerExitCause.Recycled);
        }
    }

    internal static void Advance(Turn turn)
    {
        EndLives(turn);
        EnforceCeiling(turn);
        if (turn.State.Reload is not null)
        {
            return; // it replaces them all; those of the new program that ask wait for its end
        }

        while (Next(turn) is { } worker)
        {
            if (turn.State.NextRecycleAt > turn.Now)
            {
                turn.WakeAt(turn.State.NextRecycleAt);
                return;
            }

            // With a pause between two, there is never more than one at a time.
            bool paused = turn.Policy.Recycling.Interval > TimeSpan.Zero;
            if (turn.Count(static w => w.IsRetiring) >= (paused ? 1 : Math.Max(turn.Policy.MaxSurge, turn.Policy.Recycling.MaxUnavailable)))
            {
                return;
            }

            turn.Put(worker with { RetireFor = worker.AskedFor });
        }
    }

    /// <summary>The pause begins when one leaves, however long its replacement took.</summary>
    internal static void Leaves(Turn turn) => turn.State = turn.State with { NextRecycleAt = turn.Now + turn.Policy.Recycling.Interval };

    /// <summary>The same for each worker every time, and spread over the range by where and when it was started.</summary>
    internal static TimeSpan Jitter(WorkerState worker, TimeSpan most)
    {
        ulong mixed = unchecked((ulong)(worker.StartedAt.Ticks + worker.Slot + 1) * 0x9E37_79B9_7F4A_7C15);
        return most * ((mixed >> 11) / (double)(1UL << 53));
    }

    private static WorkerState? Next(Turn turn)
    {
        WorkerState? next = null;
        foreach (WorkerState worker in turn.Workers)
        {
            if (worker is { IsFresh: true, AskedFor: not null } && !(Excess(turn, worker) <= (next is null ? double.MinValue : Excess(turn, next))))
            {
                next = worker;
            }
        }

        return next;
    }

    /// <summary>
    /// By how much it is over. Memory is measured; requests and lifetime grow while it waits, with all workers alike, so who has waited longest is
    /// most over: twice its limit when it reaches the ceiling.
    /// </summary>
    private static double Excess(Turn turn, WorkerState worker) => worker.AskedFor switch
    {
        WorkerExitCause.MemoryLimit or WorkerExitCause.PoolMemoryLimit => worker.MemoryShare,
        _ => 1 + ((turn.Now - worker.AskedAt) / turn.Policy.Recycling.Ceiling),
    };

    internal static void EndLives(Turn turn)
    {
        if (turn.Policy.Recycling.MaxLifetime is not { } limit)
        {
            return;
        }

        foreach (WorkerState worker in turn.CopyOfWorkers())
        {
            if (worker is not { IsFresh: true, IsServing: true, AskedFor: null })
            {
                continue;
            }

            TimeSpan end = worker.ServesSince + limit + Jitter(worker, turn.Policy.Recycling.LifetimeJitter);
            if (end <= turn.Now)
            {
                Asks(turn, worker, WorkerExitCause.LifetimeLimit);
            }
            else
            {
                turn.WakeAt(end);
            }
        }
    }

    /// <summary>No worker that serves is stopped while replacements fail to start. And they do not vanish together: a quarter of the pool may be away.</summary>
    private static void EnforceCeiling(Turn turn)
    {
        int mayBeAway = Math.Max(Math.Max(1, turn.Policy.Recycling.MaxUnavailable), turn.State.Target / 4);
        foreach (WorkerState worker in turn.CopyOfWorkers())
        {
            if (worker is not { IsInPool: true, AskedFor: { } cause } || turn.State.Breaker.Open)
            {
                continue;
            }

            TimeSpan end = worker.AskedAt + turn.Policy.Recycling.Ceiling;
            if (end > turn.Now)
            {
                turn.WakeAt(end);
                continue;
            }

            if (turn.State.Target - turn.Count(static w => w is { IsInPool: true, IsServing: true }) >= mayBeAway)
            {
                return; // the next one to become ready, or to end, gives the next its turn
            }

            turn.Do(new PoolAction.SayCeiling(worker.Slot, LeaveReason.Of(turn, worker, cause), turn.Now - worker.AskedAt));
            turn.TellToLeave(worker, cause);
            Leaves(turn);
        }
    }
}
