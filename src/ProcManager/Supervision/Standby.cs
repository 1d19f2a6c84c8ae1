namespace ProcManager.Supervision;

/// <summary>
/// Workers that stand by: started ahead, stopped at their first wait. When one is missing, one of these takes over, which costs a
/// byte instead of a start. A reload renews them first; the old ones stay until the new program has shown that it holds.
/// </summary>
internal static class Standby
{
    /// <summary>A worker that stands by takes a vacant place; false when there is none to take it.</summary>
    internal static bool TakeOver(Turn turn)
    {
        WorkerState? ready = null;
        foreach (WorkerState worker in turn.Workers)
        {
            if (worker is { Phase: WorkerPhase.Parked, Reserve: true, Dying: false } && MayServe(turn, worker) && !(worker.Generation <= ready?.Generation))
            {
                ready = worker;
            }
        }

        if (ready is null)
        {
            return false;
        }

        turn.Put(ready with { Reserve = false, Phase = WorkerPhase.Serving, ServesSince = turn.Now });
        turn.Do(new PoolAction.TakeOver(ready.Slot));
        turn.State = turn.State with { NextStandbyAt = turn.Now + turn.Policy.StandbyDelay };
        return true;
    }

    /// <summary>
    /// For a worker that is not gone yet, but will be: the kernel takes its time over a large process. Nothing else follows from it; whether the end is a failure, and what that
    /// means for a reload, is known only with it. So no place is filled by a start here, and a reload waits.
    /// </summary>
    internal static void StepIn(Turn turn, int slot)
    {
        if (turn.Find(slot) is { Phase: WorkerPhase.Parked } parked)
        {
            turn.Put(parked with { Dying = true });
        }

        if (turn.State is not { Phase: PoolPhase.Running, Reload: null }
            || turn.Policy.Demand.Sizing is PoolSizing.OnDemand or PoolSizing.PerRequest // there the next connection decides
            || turn.Find(slot) is not { IsServing: true, IsInPool: true } worker)
        {
            return;
        }

        // An end that does not come within this is helped on: a program that replaced itself serves no more, either.
        turn.Put(worker with { Dying = true, Deadline = turn.Now + turn.Policy.DieTimeout });
        if (!Sizing.IsOneMissing(turn, out _) || !TakeOver(turn))
        {
            turn.Put(worker);
        }
    }

    internal static bool MayStart(Turn turn)
    {
        if (turn.State.NextStandbyAt <= turn.Now)
        {
            return true;
        }

        turn.WakeAt(turn.State.NextStandbyAt);
        return false;
    }

    internal static bool IsOneMissing(Turn turn) =>
        turn.Policy.StandbyCount > 0
        && !turn.State.Breaker.Open
        && turn.Count(w => w.IsStandby && MayServe(turn, w)) < turn.Policy.StandbyCount
        && turn.Count(static w => w is { IsLive: false, Reserve: true }) <= turn.Policy.StandbyCount; // those that do not end must not pile up

    /// <summary>A replacement that nobody waits for had better come from those that stand by, also when they are still on their way.</summary>
    internal static bool ComesSoon(Turn turn) => IsOneMissing(turn) || turn.Workers.Any(w => w is { Reserve: true, IsComing: true } && MayServe(turn, w));

    /// <summary>Old ones go when the new program has held, and those that are too many.</summary>
    internal static void DropSurplus(Turn turn)
    {
        if (turn.State.Reload is { } reload)
        {
            if (reload.CanaryHeld)
            {
                Drop(turn, w => w.IsStandby && w.Generation < reload.Generation, 0, WorkerExitCause.Reload);
            }

            return;
        }

        Drop(turn, static w => w.IsStandby, turn.Policy.StandbyCount, WorkerExitCause.ScaledDown);
    }

    /// <summary>After a failed reload: those with the new program go, the old ones stay.</summary>
    internal static void TakeBack(Turn turn, int generation) =>
        Drop(turn, w => w.IsStandby && w.Generation == generation, 0, WorkerExitCause.TakenBack);

    private static void Drop(Turn turn, Func<WorkerState, bool> which, int keep, WorkerExitCause cause)
    {
        while (turn.Count(which) > keep)
        {
            turn.TellToLeave(Sizing.Youngest(turn, which), cause);
        }
    }

    /// <summary>While a reload is under way only those with the new program do.</summary>
    private static bool MayServe(Turn turn, WorkerState worker) => turn.State.Reload is not { } reload || worker.Generation == reload.Generation;
}
