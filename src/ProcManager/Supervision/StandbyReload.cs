namespace ProcManager.Supervision;

/// <summary>
/// A reload of a pool of one request a process: the workers that wait for a connection are replaced, those that have one end with it. First one worker of the new program is started; when it has been ready for the canary time without a
/// failure, the old ones go, each when a new one is ready in its place. A worker that takes a connection meanwhile and ends has not failed.
/// </summary>
internal static class StandbyReload
{
    /// <summary>How many workers are to wait for a connection. A reload needs a worker that shows that the program starts.</summary>
    internal static int Wanted(Turn turn) => Math.Max(PerRequest.StandbyOf(turn.State), turn.State.Reload is { CanaryHeld: true } ? 1 : 0);

    /// <summary>The worker counts towards <see cref="Wanted"/>: an old one does until the new program has held.</summary>
    internal static bool MayStay(Turn turn, WorkerState worker) => turn.State.Reload is not { CanaryHeld: true } reload || worker.Generation == reload.Generation;

    internal static void Advance(Turn turn)
    {
        if (turn.State.Reload is { CanaryHeld: false } trial)
        {
            Watch(turn, trial);
        }

        if (turn.State.Reload is { CanaryHeld: true } reload)
        {
            LetOldOnesGo(turn, reload);
            Complete(turn, reload);
        }
    }

    private static void Watch(Turn turn, ReloadState reload)
    {
        if (reload.CanaryUntil is null)
        {
            if (turn.Workers.FirstOrDefault(w => w.EverReady && w.Generation == reload.Generation) is not { } first)
            {
                return;
            }

            reload = reload with { CanarySlot = first.Slot, CanaryUntil = turn.Now + turn.Policy.CanaryTime };
            turn.State = turn.State with { Reload = reload };
        }

        if (turn.Now < reload.CanaryUntil)
        {
            turn.WakeAt(reload.CanaryUntil.Value);
            return;
        }

        turn.State = turn.State with { Reload = reload with { CanaryHeld = true } };
        turn.Do(new PoolAction.SayCanaryHeld(reload.CanarySlot ?? -1));
    }

    private static void LetOldOnesGo(Turn turn, ReloadState reload)
    {
        bool IsOld(WorkerState w) => w.IsStandby && w.Generation < reload.Generation;
        int ready = turn.Count(w => PerRequest.IsFree(w) && w.Generation == reload.Generation);
        int keep = reload.Strategy == ReloadStrategy.AllAtOnce ? 0 : Math.Max(0, Wanted(turn) - ready);
        while (turn.Count(IsOld) > keep)
        {
            turn.TellToLeave(turn.Workers.Where(IsOld).OrderBy(static w => w.IsUp).ThenBy(static w => w.FreeSince).First(), WorkerExitCause.Reload);
        }
    }

    /// <summary>An old worker with a request takes no other: it is told so when it is free.</summary>
    private static void Complete(Turn turn, ReloadState reload)
    {
        if (turn.Workers.Any(w => (w.IsStandby && w.Generation < reload.Generation) || w is { LeavesForReload: true, LetGo: false })
            || turn.Count(w => w.Generation == reload.Generation && (PerRequest.IsFree(w) || w.HasRequest)) < Wanted(turn))
        {
            return;
        }

        foreach (WorkerState old in turn.CopyOfWorkers().Where(static w => w is { IsLive: true, RetireFor: WorkerExitCause.Reload }))
        {
            turn.Put(old with { AskedFor = old.AskedFor ?? WorkerExitCause.Reload, RetireFor = null });
        }

        ReloadPolicy.End(turn, reload, ReloadOutcome.Succeeded, null);
    }
}
