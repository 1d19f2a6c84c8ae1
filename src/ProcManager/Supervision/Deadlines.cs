namespace ProcManager.Supervision;

/// <summary>What happens when a worker's deadline has come, and what becomes of all deadlines when the manager itself was away.</summary>
internal static class Deadlines
{
    /// <summary>KILL is sent again until the worker is reaped: a signal can be lost on a process that is being traced or frozen.</summary>
    internal static readonly TimeSpan KillAgain = TimeSpan.FromSeconds(5);

    /// <summary>Nobody is this late for want of processor time.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);

    internal static void Enforce(Turn turn)
    {
        Adoption.Enforce(turn);
        RestartInPlace.Enforce(turn);
        foreach (WorkerState before in turn.CopyOfWorkers())
        {
            // As the worker is now: what the end of another's time led to may have changed it.
            if (turn.Find(before.Slot) is not { Deadline: { } deadline } worker || deadline > turn.Now)
            {
                continue;
            }

            switch (worker.Phase)
            {
                case WorkerPhase.Starting:
                    Kill(turn, worker, WorkerExitCause.StartTimeout, turn.Policy.StartTimeout ?? default, sparesDump: true);
                    Demand.Gone(turn, worker);

                    // Now and not at its end: no further new worker is to be started for a reload that has failed.
                    ReloadPolicy.Failed(turn, worker.Generation, Lifecycle.Describe(worker, WorkerExitCause.StartTimeout, ""));
                    break;
                case WorkerPhase.Serving when worker.Dying:
                    Kill(turn, worker, WorkerExitCause.Crashed, turn.Policy.DieTimeout ?? default, sparesDump: true);
                    break;
                case WorkerPhase.Leaving when worker.IsCrashing:
                    Kill(turn, worker, worker.LeaveCause ?? WorkerExitCause.Crashed, turn.Policy.DieTimeout ?? default, sparesDump: true);
                    break;
                case WorkerPhase.Leaving when worker.Hang is { Step: HangStep.Leaving, Found: { } request } hang:
                    Kill(turn, worker, WorkerExitCause.Hung, turn.Now - hang.Began, request);
                    break;
                case WorkerPhase.Leaving:
                    Kill(turn, worker, WorkerExitCause.DieTimeout, turn.Policy.DieTimeout ?? default, sparesDump: true);
                    if (turn.State.Phase == PoolPhase.Stopping)
                    {
                        turn.State = turn.State with { ExitCode = 1 };
                    }

                    break;
                case WorkerPhase.Killed when worker.Hang is { Found: not null, Kind: HangKind.Uninterruptible }:
                    // What the kernel holds takes the first KILL when it is let go; a second one adds nothing.
                    turn.Put(worker with { Deadline = null, LetGo = true, IsWrittenOff = true });
                    turn.Do(new PoolAction.SayWrittenOff(worker.Slot));
                    break;
                case WorkerPhase.Killed when worker.DumpUntil is { } until:
                    Kill(turn, worker with { DumpUntil = until > turn.Now ? until : null }, worker.LeaveCause ?? WorkerExitCause.Unknown, Since(turn, worker), sparesDump: until > turn.Now);
                    break;
                case WorkerPhase.Killed:
                    KillOnceMore(turn, worker);
                    break;
                default:
                    turn.Put(worker with { Deadline = null });
                    break;
            }
        }
    }

    internal static void Kill(Turn turn, WorkerState worker, WorkerExitCause cause, TimeSpan after, RequestKey? armed = null, bool sparesDump = false)
    {
        turn.Put(worker with { Phase = WorkerPhase.Killed, LeaveCause = cause, Deadline = turn.Now + KillAgain });
        turn.Do(new PoolAction.Kill(worker.Slot, cause, after, armed, HangLadder.IsStuck(worker)) { SparesDump = sparesDump });
    }

    /// <summary>It may be stuck in the kernel, and never be reaped: what its end would tell is taken as told.</summary>
    private static void KillOnceMore(Turn turn, WorkerState worker)
    {
        WorkerExitCause cause = worker.LeaveCause ?? WorkerExitCause.Unknown;
        bool isHeld = worker is { LetGo: true, IsWrittenOff: false, Rogue: null };
        Kill(turn, worker with { LetGo = true, IsWrittenOff = worker.LetGo }, cause, Since(turn, worker));
        if (isHeld)
        {
            turn.Do(new PoolAction.SayWrittenOff(worker.Slot));
        }

        if (cause == WorkerExitCause.StartTimeout)
        {
            Lifecycle.CountFailure(turn, turn.Find(worker.Slot)!, cause, Lifecycle.Describe(worker, cause, ""));
        }
    }

    /// <summary>What a killed worker is told to have taken: a hung one its request, others their life.</summary>
    internal static TimeSpan Since(Turn turn, WorkerState worker) =>
        turn.Now - (worker is { LeaveCause: WorkerExitCause.Hung, Hang: { } hang } ? hang.Began : worker.StartedAt);

    /// <summary>
    /// For how long the manager did not run, when it wakes later than it was to. On a machine with too much to do it is a little late, and no more. Who was away for long
    /// may have been so since it was last seen: the sleep that was planned is then part of it.
    /// </summary>
    internal static TimeSpan Absence(TimeSpan seen, TimeSpan wake, TimeSpan now)
    {
        TimeSpan late = now - wake;
        return late < Long && late < wake - seen ? late : now - seen;
    }

    /// <summary>Time in which the manager did not run counts for nobody: every deadline moves by the gap, so no healthy worker dies of it.</summary>
    internal static void Rebase(Turn turn, TimeSpan gap)
    {
        foreach (WorkerState worker in turn.CopyOfWorkers())
        {
            turn.Put(worker with
            {
                Deadline = worker.Deadline + gap,
                AskedAt = worker.AskedAt + gap,
                FreeSince = worker.FreeSince + gap,
                Rogue = worker.Rogue is { } rogue ? rogue with { At = rogue.At + gap } : null,
                Activity = worker.Activity with { IdleSince = worker.Activity.IdleSince + gap },
                Hang = worker.Hang?.Later(gap),
            });
        }

        PoolState state = turn.State;
        turn.State = state with
        {
            Reload = state.Reload is { CanaryUntil: { } until } reload ? reload with { CanaryUntil = until + gap } : state.Reload,
            Breaker = state.Breaker with { SettledAt = state.Breaker.SettledAt + gap },
            Adopted = [.. state.Adopted.Select(a => a with { Deadline = a.Deadline + gap })],
            Away = AwayTimes.With(state.Away, turn.Now, gap),
            WatchFrom = turn.Now + ((state.Policy.Watchdog.Interval ?? TimeSpan.Zero) * 2),
        };
        turn.Do(new PoolAction.SaySlept(gap));
    }
}
