namespace ProcManager.Supervision;

/// <summary>
/// All processes of the pool together, leaving workers included, are never more than the wanted number and <see cref="PoolPolicy.MaxSurge"/>, as far as the pool itself
/// replaces workers (a reload, a limit that was reached). A worker with a long request keeps its place until it has ended, and a reload waits for it, at
/// the longest for the die timeout. A place that became empty for another reason (a crash, a stranger's signal) is filled at once.
/// </summary>
internal static class SurgeBound
{
    /// <summary>A reload that has waited for so long says so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary><paramref name="missing"/>: how many places are empty; below 1 a start is one ahead of a worker that is to leave.</summary>
    internal static bool Allows(Turn turn, int missing) =>
        missing > turn.Count(IsLeavingAsPlanned) || turn.Count(IsProcess) < turn.State.Target + turn.Policy.MaxSurge;

    /// <summary>Says once that a reload waits for workers that are still leaving.</summary>
    internal static void Advance(Turn turn)
    {
        if (turn.State.Reload is not { WaitIsTold: false } reload)
        {
            return;
        }

        int leaving = turn.Count(static w => IsLeavingAsPlanned(w) && w.LeavesForReload);
        if (leaving == 0 || leaving != reload.Leaving)
        {
            reload = reload with { Leaving = leaving, LeavingSince = turn.Now };
        }

        if (leaving > 0 && turn.Now - reload.LeavingSince >= Patience)
        {
            reload = reload with { WaitIsTold = true };
            turn.Do(new PoolAction.SayReloadWaits(leaving, turn.Policy.DieTimeout));
        }
        else if (leaving > 0)
        {
            turn.WakeAt(reload.LeavingSince + Patience);
        }

        turn.State = turn.State with { Reload = reload };
    }

    /// <summary>The pool itself has told the worker to leave, to put another in its place. A worker that not even KILL ends is not waited for.</summary>
    internal static bool IsLeavingAsPlanned(WorkerState worker) =>
        worker is { IsLive: false, Reserve: false, LetGo: false, Phase: not WorkerPhase.Kept }
        && (worker.LeavesForReload || worker is { Phase: WorkerPhase.Leaving, LeaveCause: WorkerExitCause.RequestLimit or WorkerExitCause.LifetimeLimit or WorkerExitCause.MemoryLimit or WorkerExitCause.PoolMemoryLimit or WorkerExitCause.Recycled });

    /// <summary>The worker counts towards the bound. A worker that crashes or hangs has lost its place to another already; a worker kept for a debugger, too.</summary>
    internal static bool IsProcess(WorkerState worker) =>
        worker is { IsStandby: false, LetGo: false, IsCrashing: false, Dying: false, IsAway: false, Phase: not WorkerPhase.Kept } && !(worker is { IsLive: false, Reserve: true });
}
