namespace ProcManager.Supervision;

/// <summary>
/// Replacing every worker. Rolling: all live workers are marked as retiring and one new worker, the canary, is started;
/// when it has been ready for the canary time, <see cref="Sizing"/> and <see cref="Retirement"/> change the others one by one.
/// A new worker that fails ends the reload: the marks are taken off, and new workers beyond the wanted number go.
/// </summary>
internal static class ReloadPolicy
{
    private const int MostLeftOnTrial = 3;

    internal static void Request(Turn turn, string? refusal = null)
    {
        PoolState state = turn.State;
        if (state.IsStopping)
        {
            turn.Do(new PoolAction.SayIgnored("a reload", "the manager is stopping"));
        }
        else if (refusal is not null)
        {
            turn.Do(new PoolAction.SayReloadRefused(state.Generation, refusal, OtherRuns: state.Reload is not null));
        }
        else if (state.Reload is not null)
        {
            if (!state.ReloadAgain)
            {
                turn.State = state with { ReloadAgain = true };
                turn.Do(new PoolAction.SayReloadQueued());
            }
        }
        else
        {
            Begin(turn);
        }
    }

    /// <summary>How many workers more than wanted there may be: one while the canary is on trial.</summary>
    internal static int Surge(Turn turn, int fresh) =>
        turn.State.Reload is { CanaryHeld: false } ? (fresh == 0 ? 1 : 0) : turn.Policy.MaxSurge;

    /// <summary>A worker failed, or could not be started. If it is one of the new ones, that is the end of the reload.</summary>
    internal static void Failed(Turn turn, int generation, string reason, bool ran = true)
    {
        if (turn.State.Reload is { } reload && reload.Generation == generation)
        {
            End(turn, reload, ReloadOutcome.Failed, reason, ran);
        }
    }

    /// <summary>
    /// A worker that served left by its own call soon after it was ready. A worker on trial proves nothing by that, so another is watched; but not for ever.
    /// </summary>
    internal static void LeftByItself(Turn turn, WorkerState worker)
    {
        if (!IsOnTrial(turn, worker))
        {
            return;
        }

        ReloadState reload = turn.State.Reload! with { LeftOnTrial = turn.State.Reload!.LeftOnTrial + 1 };
        turn.State = turn.State with { Reload = reload };
        if (reload.LeftOnTrial >= MostLeftOnTrial)
        {
            Failed(turn, worker.Generation, $"{MostLeftOnTrial} new workers one after the other left by their own call before they had held for {turn.Policy.CanaryTime.TotalSeconds:0.0} s");
        }
    }

    internal static void Advance(Turn turn)
    {
        if (turn.State.Reload is not { CanaryHeld: false } reload)
        {
            return;
        }

        ReloadState before = reload;
        reload = Watch(turn, reload);
        turn.State = turn.State with { Reload = reload };
        if (turn.State.Target == 0 && !turn.Workers.Any(static w => w.IsInPool))
        {
            turn.State = turn.State with { Target = 1 }; // on demand nobody serves now: one is started to be tried, and leaves when it has been idle
        }

        if (reload.CanaryUntil is not null && reload.CanaryUntil != before.CanaryUntil)
        {
            turn.Do(new PoolAction.Look(LookAt.Busy)); // for the choice of the first to be replaced
            if (reload.CanaryUntil <= turn.Now)
            {
                turn.WakeAt(turn.Now + TimeSpan.FromTicks(1)); // without a canary time the answer comes first, too
                return;
            }
        }

        if (reload.CanaryUntil is not { } until)
        {
            return;
        }

        if (turn.Now < until)
        {
            turn.WakeAt(until);
            return;
        }

        turn.State = turn.State with { Reload = reload with { CanaryHeld = true } };
        turn.Do(new PoolAction.SayCanaryHeld(reload.CanarySlot ?? -1));
    }

    /// <summary>One of the new workers while they are on trial: which of them is the canary may change.</summary>
    internal static bool IsOnTrial(Turn turn, WorkerState worker) => turn.State.Reload is { CanaryHeld: false } reload && worker.Generation == reload.Generation;

    /// <summary>A worker that was out of the pool for a moment serves on. A reload may have begun or ended in between.</summary>
    internal static void Returns(Turn turn, int slot)
    {
        WorkerState worker = turn.Find(slot)!;
        bool old = turn.State.Reload is { } reload && worker.Generation < reload.Generation;
        if (old && turn.State.Reload!.Strategy == ReloadStrategy.AllAtOnce)
        {
            turn.TellToLeave(worker, WorkerExitCause.Reload);
        }
        else if (old || worker.RetireFor == WorkerExitCause.Reload)
        {
            turn.Put(worker with { RetireFor = old ? WorkerExitCause.Reload : null });
        }
    }

    internal static void Complete(Turn turn)
    {
        Standby.DropSurplus(turn); // before the end, or the next reload would keep them beside its own old ones
        if (turn.State.Reload is { CanaryHeld: true } reload
            && !turn.Workers.Any(static w => w.IsRetiring || w is { LeavesForReload: true, LetGo: false })
            && turn.Count(static w => w is { IsInPool: true, IsServing: true }) >= turn.State.Target)
        {
            End(turn, reload, ReloadOutcome.Succeeded, null);
        }
    }

    /// <summary>
    /// The canary is the first new worker that serves. One that leaves for another reason than a failure (a stranger's signal, one
    /// too many) proves nothing any more: another is watched, from now on; it may have been ready for long.
    /// </summary>
    private static ReloadState Watch(Turn turn, ReloadState reload)
    {
        bool Proves(WorkerState w) => w.IsServing && w.Generation == reload.Generation;
        if (reload.CanarySlot is { } slot && turn.Find(slot) is { } watched && Proves(watched))
        {
            return reload;
        }

        WorkerState? canary = turn.Workers.Where(Proves).OrderBy(static w => w.StartedAt).FirstOrDefault();
        return reload with { CanarySlot = canary?.Slot, CanaryUntil = canary is null ? null : turn.Now + turn.Policy.CanaryTime };
    }

    private static void Begin(Turn turn)
    {
        PoolState state = turn.State;
        ReloadStrategy strategy = turn.Policy.ReloadStrategy;
        int generation = state.Generation + 1;
        turn.State = state with
        {
            Generation = generation,
            ReloadAgain = false,
            Reload = new ReloadState(generation, strategy) { CanaryHeld = strategy == ReloadStrategy.AllAtOnce },
            Memory = new PoolMemoryState(), // another program, another memory
            Breaker = new BreakerState(), // whoever asks for a reload has mended something: no waiting out of old delays
        };
        turn.Do(new PoolAction.SayReloadStarted(generation, strategy));
        foreach (WorkerState worker in turn.CopyOfWorkers().Where(static w => w.Belongs))
        {
            if (strategy == ReloadStrategy.AllAtOnce)
            {
                turn.TellToLeave(worker, WorkerExitCause.Reload);
            }
            else
            {
                turn.Put(worker with { RetireFor = WorkerExitCause.Reload });
            }
        }
    }

    internal static void End(Turn turn, ReloadState reload, ReloadOutcome outcome, string? reason, bool ran = true)
    {
        turn.State = turn.State with { Reload = null };
        turn.Do(new PoolAction.SayReloadFinished(reload.Generation, outcome, reason, ran));
        if (outcome == ReloadOutcome.Failed)
        {
            TakeBack(turn, reload.Generation);
        }

        if (turn.State.ReloadAgain)
        {
            Begin(turn);
        }
    }

    private static void TakeBack(Turn turn, int generation)
    {
        foreach (WorkerState worker in turn.CopyOfWorkers().Where(static w => w.RetireFor == WorkerExitCause.Reload && w.IsLive))
        {
            turn.Put(worker with { RetireFor = null });
        }

        bool IsNew(WorkerState w) => w.IsFresh && w.Generation == generation;
        Standby.TakeBack(turn, generation);
        while (turn.Count(static w => w.IsInPool) > turn.State.Target && turn.Workers.Any(IsNew))
        {
            turn.TellToLeave(Sizing.Youngest(turn, IsNew), WorkerExitCause.TakenBack);
        }
    }
}
