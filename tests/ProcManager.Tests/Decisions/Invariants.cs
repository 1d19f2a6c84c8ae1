using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>What holds for every single decision, whatever came before.</summary>
internal static class Invariants
{
    internal static void Check(PoolState before, ManagerEvent happened, PoolState after, IReadOnlyList<PoolAction> actions)
    {
        SlotsAreUniqueAndInRange(after);
        NeverMoreThanTheMaximum(before, happened, after);
        StartsOnlyWhileRunning(before, after, actions);
        NobodyIsMissedBecauseOfAReplacement(before, after, actions);
        ThePhaseOnlyMovesOn(before, after, actions);
        ACrashCostsItsOwnRequest(before, happened, after);
        LeavingWorkersCountTowardsTheSurge(after, actions);
        ADrainDelayLeadsToTheStopInTime(before, after, actions);
    }

    private static void ADrainDelayLeadsToTheStopInTime(PoolState before, PoolState after, IReadOnlyList<PoolAction> actions)
    {
        if (before.DrainUntil is { } until)
        {
            Holds(after.DrainUntil == until || (after.DrainUntil is null && after.Phase is PoolPhase.Stopping or PoolPhase.Ended), "a delay ends with the graceful stop, and nothing moves its end");
            Holds(after.Most == before.Most && after.Policy == before.Policy && after.IsPaused == before.IsPaused, "no order changes a pool that is about to stop");
            Holds(!actions.Any(static a => a is PoolAction.SayReloadStarted), "no reload begins in the delay");
        }

        if (after.DrainUntil is { } wakes)
        {
            Holds(after is { Phase: PoolPhase.Running, StopAsked: true } && after.NextWake <= wakes, "the manager wakes for the end of the delay");
        }

        Holds(before.Phase != PoolPhase.Running || after.Phase != PoolPhase.Killing, "a graceful stop comes before the kill");
    }

    private static void ACrashCostsItsOwnRequest(PoolState before, ManagerEvent happened, PoolState after)
    {
        if (happened is not (ManagerEvent.Ended { Served: true } or ManagerEvent.Crashing { Served: true }) || after.Phase != PoolPhase.Running)
        {
            return;
        }

        Holds(before.Breaker.Open || !after.Breaker.Open, "the crash of a worker that had served is no crash loop");
        bool mayStart = before is { Reload: null, Breaker.Open: false, Policy.Demand.Sizing: PoolSizing.Static } && before.Policy.StartDelay == TimeSpan.Zero;
        bool wasFull = Count(before, static w => w.IsInPool) == before.Target && !before.Workers.Any(static w => w.IsRetiring || w.AskedFor is not null);
        TimeSpan newest = before.Workers.Length == 0 ? TimeSpan.Zero : before.Workers.Max(static w => w.StartedAt);
        mayStart &= Count(before, w => w.StartedAt == newest) < 7; // a batch of starts at one moment is complete
        bool isStuck = Count(before, static w => !w.IsLive || w.Dying || w.IsAway) > 0;
        Holds(!mayStart || !wasFull || isStuck || Count(after, static w => w.IsInPool) == after.Target, "the place of a worker that had served and crashed is taken in the same decision");
    }

    // Unless a place became empty for another reason than a planned replacement.
    private static void LeavingWorkersCountTowardsTheSurge(PoolState after, IReadOnlyList<PoolAction> actions)
    {
        if (after.Phase != PoolPhase.Running || PerRequest.IsOn(after) || !actions.Any(static a => a is PoolAction.Launch { Standby: false }))
        {
            return;
        }

        int planned = Count(after, SurgeBound.IsLeavingAsPlanned);
        bool isVacancy = Count(after, static w => w.IsInPool) + planned <= after.Target;
        Holds(isVacancy || Count(after, SurgeBound.IsProcess) <= after.Target + after.Policy.MaxSurge, "with those that are leaving there are never more processes than the surge allows");
    }

    /// <summary>Said a million times: no fluent call, and no text before it is needed.</summary>
    internal static void Holds(bool promise, string what)
    {
        if (!promise)
        {
            Assert.Fail(what);
        }
    }

    private static void SlotsAreUniqueAndInRange(PoolState after)
    {
        int last = -1;
        foreach (WorkerState worker in after.Workers)
        {
            Holds(worker.Slot > last && worker.Slot < after.Policy.MaxSlots, "slots are in order, used once and in range");
            last = worker.Slot;
        }
    }

    // New workers and those that are to stay: never more than wanted. With those that retire: never more than the surge, but for a
    // wanted number that has become smaller, or a reload that begins; then nobody is added until it is so again.
    private static void NeverMoreThanTheMaximum(PoolState before, ManagerEvent happened, PoolState after)
    {
        if (after.Phase == PoolPhase.Running && PerRequest.IsOn(after))
        {
            Holds(Count(after, PerRequest.IsBusy) <= Math.Max(after.Most, Count(before, PerRequest.IsBusy)), "no more workers have a request than may");
            Holds(after.Target <= after.Most, "no more are wanted than there may be");
            Holds(Count(after, static w => w.IsStandby) <= Math.Max(Count(before, static w => w.IsStandby) + 1, (2 * after.Policy.StandbyCount) + after.Most + 1), "no more stand by than are to, and those that connections wait for");
            Holds(Count(after, static w => w.Phase == WorkerPhase.Kept) <= after.Policy.Watchdog.KeepLimit, "no more are kept than may be");
        }
        else if (after.Phase == PoolPhase.Running)
        {
            Holds(Count(after, static w => w.IsFresh) <= after.Target, "there are no more workers to stay than are wanted");
            int most = Math.Max(after.Target + after.Policy.MaxSurge, Count(before, static w => w.Belongs));
            most += happened is ManagerEvent.KillSpared ? 1 : 0; // it was replaced already
            Holds(Count(after, static w => w.IsInPool) <= most, "there are never more workers than the surge allows");
            Holds(after.Target <= after.Most, "no more are wanted than there may be");
            int standby = after.Policy.StandbyCount;
            Holds(Count(after, static w => w.IsStandby) <= (after.Reload is null ? standby : 2 * standby), "no more stand by than are to, and in a reload the old and the new ones");
            Holds(Count(after, static w => w is { IsLive: false, Reserve: true }) <= 3 * standby, "those that stood by do not pile up");
            Holds(Count(after, static w => w.Phase == WorkerPhase.Kept) <= after.Policy.Watchdog.KeepLimit, "no more are kept than may be");
        }
    }

    private static void StartsOnlyWhileRunning(PoolState before, PoolState after, IReadOnlyList<PoolAction> actions)
    {
        int starts = actions.Count(static a => a is PoolAction.Launch);
        if (starts == 0)
        {
            return;
        }

        Holds(after.Phase == PoolPhase.Running, "nobody is started once the pool stops");
        TimeSpan now = after.Workers.Max(static w => w.StartedAt);
        Holds(PerRequest.IsOn(after) ? starts == 1 : Count(after, w => w.StartedAt == now) <= 8, "starts are ordered in batches, and one a turn where connections are handed on between them");
        bool renewed = actions.Any(static a => a is PoolAction.SayReloadStarted); // one that was queued, at the end of another
        Holds(actions.OfType<PoolAction.Launch>().All(l => l.Generation == after.Generation || renewed), "everybody is started as the newest generation");
        if (before.Breaker.Open && after.Breaker.Open)
        {
            Holds(Count(after, static w => w.Phase is WorkerPhase.Launching or WorkerPhase.Starting) == 1, "in a crash loop one is tried at a time");
        }
    }

    private static void NobodyIsMissedBecauseOfAReplacement(PoolState before, PoolState after, IReadOnlyList<PoolAction> actions)
    {
        bool rolling = after.Policy.ReloadStrategy == ReloadStrategy.Rolling;
        if (!rolling && actions.Any(static a => a is PoolAction.SayReloadStarted))
        {
            return; // all at once: everybody goes
        }

        if (PerRequest.IsOn(after) || actions.Any(static a => a is PoolAction.SayCeiling))
        {
            return; // it has waited for so long that it goes without a replacement
        }

        bool sentAway = actions.OfType<PoolAction.TellToLeave>()
            .Where(t => t.Cause is WorkerExitCause.RequestLimit or WorkerExitCause.LifetimeLimit or WorkerExitCause.MemoryLimit or WorkerExitCause.PoolMemoryLimit or WorkerExitCause.Recycled or WorkerExitCause.ScaledDown || t.Cause == WorkerExitCause.Reload && rolling)
            .Any(t => before.Workers.Any(w => w.Slot == t.Slot && w.IsServing));
        Holds(!sentAway || Count(after, static w => w.IsServing) >= after.Target - after.Policy.Recycling.MaxUnavailable, "one that serves leaves when its replacement is ready");
    }

    private static void ThePhaseOnlyMovesOn(PoolState before, PoolState after, IReadOnlyList<PoolAction> actions)
    {
        bool ends = before.Phase != PoolPhase.Ended && after.Phase == PoolPhase.Ended;
        Holds(after.Phase >= before.Phase, "the phase only moves on");
        Holds(actions.Count(static a => a is PoolAction.Finish) == (ends ? 1 : 0), "the end is told once");
        Holds(after.Phase != PoolPhase.Ended || after.Workers.All(static w => w.IsWrittenOff), "the manager outlives its workers, but for those that the kernel holds");
        Holds(after.Phase != PoolPhase.Ended || after.Workers.Length == 0 || after.ExitCode == 1, "a manager that leaves processes behind says so with its exit code");
        Holds(before.Phase != PoolPhase.Ended || actions.All(static a => a is PoolAction.GiveUpConnections), "after the end nothing is done, but for a connection that comes too late");
        Holds(after.Phase == PoolPhase.Running || after.Reload is null, "a pool that stops does not reload");
    }

    private static int Count(PoolState state, Func<WorkerState, bool> which) => state.Workers.Count(which);
}
