namespace ProcManager.Supervision;

/// <summary>What becomes of a hung worker. Before every step it is looked whether the request is still the same: one that has ended harms nobody.</summary>
internal static class HangLadder
{
    /// <summary>The capture has a time limit of its own; a capture that does not keep it is not waited for.</summary>
    private static readonly TimeSpan CaptureSlack = TimeSpan.FromSeconds(2);

    /// <summary>So many are looked into at once. Each is a process that starts while replacements do: with more of them the pool comes back late.</summary>
    private const int MostCaptures = 2;

    /// <summary>Requests are written in far less than a millisecond: one that is in the middle of it so often, with this pause between, is stuck there.</summary>
    private const int MostUnknowns = 3;

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(50);

    /// <summary>Stuck in the middle of writing, it ends no request either.</summary>
    internal static bool IsStuck(WorkerState worker) => worker.Hang is { Unknowns: >= MostUnknowns };

    internal static void Begin(Turn turn, WorkerState worker)
    {
        WatchdogPolicy policy = turn.Policy.Watchdog;
        HangState hang = worker.Hang!;
        turn.Do(new PoolAction.SayHung(worker.Slot, hang.Found!.Value, hang.Kind, turn.Now - hang.Began, hang.Limit, policy.Ladder.HasFlag(WatchdogSteps.Log)));
        bool stacks = policy.Ladder.HasFlag(WatchdogSteps.Capture);
        bool dump = policy.Ladder.HasFlag(WatchdogSteps.Dump);
        if (stacks || dump)
        {
            bool answers = hang.Kind != HangKind.Stopped;
            bool oneTooMany = turn.Count(static w => w.Hang is { Step: HangStep.Capturing, HasCapture: true }) >= MostCaptures;
            turn.Put(worker with { Hang = hang with { Step = HangStep.Capturing, HasCapture = answers && !oneTooMany, CaptureUntil = turn.Now + policy.CaptureTimeout + CaptureSlack } });
            Looks.RequestsAt(turn, turn.Now + policy.CaptureTimeout + CaptureSlack);
            turn.Do(new PoolAction.Capture(worker.Slot, stacks, dump, answers, oneTooMany));
        }
        else
        {
            Act(turn, worker);
        }

        ReloadPolicy.Failed(turn, worker.Generation, $"worker {worker.Slot} hangs in a request");
    }

    /// <summary><paramref name="known"/>: whether the request goes on; null when that could not be read.</summary>
    internal static void Look(Turn turn, WorkerState worker, bool? known)
    {
        HangState hang = worker.Hang! with { Unknowns = known is null ? worker.Hang!.Unknowns + 1 : 0 };
        worker = worker with { Hang = hang };
        if (known is null && !IsStuck(worker))
        {
            turn.Put(worker);
            Looks.RequestsAt(turn, turn.Now + Again);
            return;
        }

        if (known is false)
        {
            turn.Put(worker with { Hang = Over(hang) });
            if (hang.Step == HangStep.Leaving)
            {
                turn.Put(turn.Find(worker.Slot)! with { LeaveCause = hang.LeftFor ?? worker.LeaveCause, Deadline = turn.Now + turn.Policy.DieTimeout }); // it was told, and now it can
            }
            else if (hang.Step == HangStep.Capturing)
            {
                turn.Do(new PoolAction.EndCapture(worker.Slot));
                turn.Do(new PoolAction.SayHangOver(worker.Slot, turn.Now - hang.Began));
            }
        }
        else if (hang.Step == HangStep.Capturing && hang.CaptureUntil <= turn.Now)
        {
            turn.Do(new PoolAction.EndCapture(worker.Slot));
            Act(turn, worker);
        }
        else
        {
            turn.Put(worker);
            if (hang.Step == HangStep.Capturing)
            {
                Looks.RequestsAt(turn, hang.CaptureUntil); // this look has put the next one a whole interval away
            }
        }
    }

    internal static void Captured(Turn turn, int slot)
    {
        if (turn.Find(slot) is { Hang: { Step: HangStep.Capturing } hang } worker)
        {
            turn.Put(worker with { Hang = hang with { CaptureUntil = turn.Now } });
            Looks.RequestsAt(turn, turn.Now);
        }
    }

    /// <summary>The request ended in the last moment: it is as if nothing had been found; one that was told to leave does so in its time.</summary>
    internal static void KillSpared(Turn turn, ManagerEvent.KillSpared spared)
    {
        int slot = spared.Slot;
        if (turn.Find(slot) is not { Phase: WorkerPhase.Killed, LeaveCause: WorkerExitCause.Hung, Hang: { } hang } worker)
        {
            return;
        }

        if (spared.Unknown)
        {
            LookAgain(turn, worker, hang with { Unknowns = hang.Unknowns + 1 });
            return;
        }

        bool told = hang.Step == HangStep.Leaving || hang.LeftFor is not null;
        turn.Put(worker with
        {
            Phase = told ? WorkerPhase.Leaving : WorkerPhase.Serving,
            LeaveCause = hang.LeftFor ?? (told ? worker.LeaveCause : null),
            Deadline = told ? turn.Now + turn.Policy.DieTimeout : null,
            Hang = Over(hang),
        });
        turn.Do(new PoolAction.SayHangOver(slot, turn.Now - hang.Began));
        if (!told)
        {
            ReloadPolicy.Returns(turn, slot);
        }
    }

    internal static HangState Over(HangState hang) => hang with { Found = null, Half = null, Step = HangStep.None, LeftFor = null, Unknowns = 0 };

    /// <summary>It is as it was before the kill, which is tried again in a moment.</summary>
    private static void LookAgain(Turn turn, WorkerState worker, HangState hang)
    {
        if (hang.Step == HangStep.Leaving)
        {
            turn.Put(worker with { Phase = WorkerPhase.Leaving, Deadline = turn.Now + Again, Hang = hang });
            return;
        }

        turn.Put(worker with
        {
            Phase = hang.LeftFor is null ? WorkerPhase.Serving : WorkerPhase.Leaving,
            LeaveCause = hang.LeftFor,
            Deadline = hang.LeftFor is null ? null : turn.Now + turn.Policy.DieTimeout,
            Hang = hang with { Step = HangStep.Capturing, HasCapture = false, CaptureUntil = turn.Now },
        });
        Looks.RequestsAt(turn, turn.Now + Again);
    }

    private static void Act(Turn turn, WorkerState worker)
    {
        WatchdogPolicy policy = turn.Policy.Watchdog;
        HangState hang = worker.Hang! with { LeftFor = worker.IsLive ? null : worker.LeaveCause };
        worker = worker with { Hang = hang };
        bool keep = policy.Ladder.HasFlag(WatchdogSteps.Keep);
        if (keep && turn.Count(static w => w.Phase == WorkerPhase.Kept) < policy.KeepLimit)
        {
            turn.Put(worker with { Phase = WorkerPhase.Kept, LeaveCause = WorkerExitCause.Hung, LeavesForReload = false, Deadline = null });
            turn.Do(new PoolAction.Keep(worker.Slot, hang.Found!.Value));
            return;
        }

        if (keep)
        {
            turn.Do(new PoolAction.SayKeepLimit(worker.Slot, policy.KeepLimit));
        }

        // A stopped process hears nothing, and one that the kernel holds does not either.
        bool hears = hang.Kind is HangKind.Spinning or HangKind.Blocked;
        if (hears && (keep || policy.Ladder.HasFlag(WatchdogSteps.Terminate)))
        {
            bool live = worker.IsLive;
            turn.Put(worker with { Hang = hang with { Step = HangStep.Leaving } });
            turn.TellToLeave(turn.Find(worker.Slot)!, WorkerExitCause.Hung);
            WorkerState leaving = turn.Find(worker.Slot)!;
            TimeSpan grace = turn.Now + policy.Grace;
            turn.Put(leaving with { LeaveCause = live ? leaving.LeaveCause : WorkerExitCause.Hung, Deadline = leaving.Deadline < grace ? leaving.Deadline : grace });
            return;
        }

        turn.Put(worker);
        Deadlines.Kill(turn, worker, WorkerExitCause.Hung, turn.Now - hang.Began, hang.Found);
    }
}
