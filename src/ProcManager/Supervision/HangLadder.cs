namespace ProcManager.Supervision;

/// <summary>Where a hung worker is on the ladder.</summary>
internal enum HangStep
{
    None,
    Examining,
    Capturing,

    /// <summary>It was told to leave; KILL follows, armed on its request.</summary>
    Leaving,
}

/// <summary>A look at the process: its state as in proc(5), and its processor time.</summary>
internal readonly record struct Examination(TimeSpan At, char State, TimeSpan Cpu);

/// <summary>What the watchdog knows of one worker.</summary>
internal sealed record HangState
{
    /// <summary>The request of PreDispatch under way, and the first look that saw it.</summary>
    internal RequestKey? Seen { get; init; }

    internal TimeSpan SeenAt { get; init; }

    /// <summary>The requests under way that were told of their soft time-out.</summary>
    internal RequestKey[] Softened { get; init; } = [];

    /// <summary>The request that was examined half-way, and what that showed.</summary>
    internal RequestKey? Half { get; init; }

    internal Examination? Before { get; init; }

    /// <summary>The request that took too long.</summary>
    internal RequestKey? Found { get; init; }

    internal TimeSpan Began { get; init; }

    internal TimeSpan Limit { get; init; }

    internal HangKind Kind { get; init; }

    internal HangStep Step { get; init; }

    /// <summary>What it was leaving for already when it was found.</summary>
    internal WorkerExitCause? LeftFor { get; init; }

    internal TimeSpan CaptureUntil { get; init; }
}

/// <summary>What becomes of a hung worker. Before every step it is looked whether the request is still the same: one that has ended harms nobody.</summary>
internal static class HangLadder
{
    /// <summary>The capture has a time limit of its own; a capture that does not keep it is not waited for.</summary>
    private static readonly TimeSpan CaptureSlack = TimeSpan.FromSeconds(2);

    internal static void Begin(Turn turn, WorkerState worker)
    {
        WatchdogPolicy policy = turn.Policy.Watchdog;
        HangState hang = worker.Hang!;
        turn.Do(new PoolAction.SayHung(worker.Slot, hang.Found!.Value, hang.Kind, turn.Now - hang.Began, hang.Limit, policy.Ladder.HasFlag(WatchdogSteps.Log)));
        bool stacks = policy.Ladder.HasFlag(WatchdogSteps.Capture);
        bool dump = policy.Ladder.HasFlag(WatchdogSteps.Dump);
        if (stacks || dump)
        {
            turn.Put(worker with { Hang = hang with { Step = HangStep.Capturing, CaptureUntil = turn.Now + policy.CaptureTimeout + CaptureSlack } });
            Looks.RequestsAt(turn, turn.Now + policy.CaptureTimeout + CaptureSlack);
            turn.Do(new PoolAction.Capture(worker.Slot, stacks, dump, Answers: hang.Kind != HangKind.Stopped));
        }
        else
        {
            Act(turn, worker);
        }

        ReloadPolicy.Failed(turn, worker.Generation, $"worker {worker.Slot} hangs in a request");
    }

    internal static void Look(Turn turn, WorkerState worker, bool goesOn)
    {
        HangState hang = worker.Hang!;
        if (!goesOn)
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
    internal static void KillSpared(Turn turn, int slot)
    {
        if (turn.Find(slot) is not { Phase: WorkerPhase.Killed, LeaveCause: WorkerExitCause.Hung, Hang: { } hang } worker)
        {
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

    private static HangState Over(HangState hang) => hang with { Found = null, Half = null, Step = HangStep.None, LeftFor = null };

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
