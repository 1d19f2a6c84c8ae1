namespace ProcManager.Supervision;

/// <summary>What the reports of one worker change: started, ready, leaving, ended.</summary>
internal static class Lifecycle
{
    internal static void Launched(Turn turn, int slot)
    {
        if (turn.Find(slot) is not { Phase: WorkerPhase.Launching } worker)
        {
            return;
        }

        turn.Put(worker with
        {
            Phase = WorkerPhase.Starting,
            Deadline = turn.Now + turn.Policy.StartTimeout,
        });
    }

    internal static void LaunchFailed(Turn turn, ManagerEvent.LaunchFailed failed)
    {
        if (turn.Find(failed.Slot) is not { } worker)
        {
            return;
        }

        turn.Remove(failed.Slot);
        Demand.Gone(turn, worker);
        if (failed.Permanent)
        {
            ReloadPolicy.Failed(turn, worker.Generation, failed.Reason, ran: false);
        }

        CrashBreaker.StartFailed(turn, failed.Slot, failed.Permanent, failed.Reason);
    }

    internal static void Ready(Turn turn, int slot)
    {
        turn.State = turn.State with { EverReady = true };
        if (turn.Find(slot) is not { Phase: WorkerPhase.Starting } worker)
        {
            return;
        }

        turn.Put(worker with { Phase = WorkerPhase.Serving, EverReady = true, Deadline = null, ReadySince = turn.Now, ServesSince = turn.Now, Reserve = false });
        Leisure.End(turn, slot);
        turn.Do(new PoolAction.SayReady(slot));
        CrashBreaker.Ready(turn, slot);
    }

    internal static void Parked(Turn turn, int slot)
    {
        turn.State = turn.State with { EverReady = true };
        if (turn.Find(slot) is not { Phase: WorkerPhase.Starting, Reserve: true } worker)
        {
            return;
        }

        turn.Put(worker with { Phase = WorkerPhase.Parked, EverReady = true, Deadline = null, ReadySince = turn.Now, FreeSince = turn.Now });
        Leisure.End(turn, slot);
        turn.Do(new PoolAction.SayParked(slot));
        CrashBreaker.Ready(turn, slot);
    }

    internal static void AsksToLeave(Turn turn, ManagerEvent.AsksToLeave asks)
    {
        if (turn.Find(asks.Slot) is { IsLive: true } worker)
        {
            Recycling.Asks(turn, worker, asks.Cause);
        }
    }

    /// <summary>
    /// A worker that has served may go. A start that ends like this has failed, and so has a worker whose own program ends it soon after it was ready, before it has served.
    /// The replacement is due now, not at the end.
    /// </summary>
    internal static void LeavesByItself(Turn turn, ManagerEvent.LeavesByItself leaves)
    {
        if (turn.Find(leaves.Slot) is not { IsLive: true } worker)
        {
            return;
        }

        bool soon = leaves.OwnCall && worker is { EverReady: true, HasRequest: false } && turn.Now - worker.ReadySince < turn.Policy.CrashWindow;
        WorkerExitCause cause = leaves.OwnCall && !worker.EverReady ? WorkerExitCause.FailedToStart
            : soon && !leaves.Served ? WorkerExitCause.LeftByItself
            : WorkerExitCause.AskedByOther;
        Leisure.End(turn, worker.Slot);
        turn.Put(turn.Find(worker.Slot)! with
        {
            Phase = WorkerPhase.Leaving,
            LeaveCause = cause,
            Deadline = turn.Now + turn.Policy.DieTimeout,
        });
        Demand.Gone(turn, worker);
        if (!worker.EverReady)
        {
            CountFailure(turn, worker, cause, $"worker {worker.Slot} left by itself before it was ready");
        }
        else if (cause == WorkerExitCause.LeftByItself)
        {
            CountFailure(turn, worker, cause, $"worker {worker.Slot} left by its own call {(turn.Now - worker.ReadySince).TotalSeconds:0.0} s after it was ready, before it had served a request");
        }
        else if (soon)
        {
            ReloadPolicy.LeftByItself(turn, worker);
        }
    }

    internal static void Ended(Turn turn, ManagerEvent.Ended ended)
    {
        if (turn.Find(ended.Slot) is not { } worker)
        {
            return;
        }

        if (turn.State.Phase == PoolPhase.Stopping && worker is { Phase: WorkerPhase.Killed, Hang.Step: HangStep.Leaving })
        {
            turn.State = turn.State with { ExitCode = 1 }; // it was hung; here and not when KILL was ordered, which its request may still escape
        }

        turn.State = turn.State with { EverServed = turn.State.EverServed || ended.Served };
        worker = worker with { HasRequest = worker.HasRequest && !ended.Unread };
        WorkerExitCause cause = Classify(worker, ended);
        bool failure = cause is WorkerExitCause.Crashed or WorkerExitCause.OutOfMemory or WorkerExitCause.FailedToStart or WorkerExitCause.StartTimeout or WorkerExitCause.LeftByItself or WorkerExitCause.Unknown;
        turn.Remove(ended.Slot);
        Demand.Gone(turn, worker);
        if (worker.LeaveCause is null || ended.Signal is not null)
        {
            OfferWaiting(turn, worker);
        }

        turn.Do(new PoolAction.SayEnded(ended.Slot, cause, failure));
        if (cause == WorkerExitCause.RequestLimit)
        {
            CrashBreaker.Served(turn, worker.Slot);
        }

        // Unread: it could not take its connection, and the next worker may be no better off.
        if (failure || (cause == WorkerExitCause.AskedByOther && (!worker.EverReady || ended.Unread)))
        {
            CrashPolicy.Counts(turn, worker, ended.Served, cause, Describe(worker, cause, ended.How));
        }
    }

    /// <summary>
    /// Once for each worker. A stranger's signal to a worker that was never ready says nothing about the program, so it fails no reload; but it counts, or one
    /// that always comes at the start would be answered with a new start for ever. Too many of them do fail the reload.
    /// </summary>
    internal static void CountFailure(Turn turn, WorkerState worker, WorkerExitCause cause, string what)
    {
        if (worker.FailureCounted || turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        if (turn.Find(worker.Slot) is { } still)
        {
            turn.Put(still with { FailureCounted = true });
        }

        if (cause != WorkerExitCause.AskedByOther)
        {
            ReloadPolicy.Failed(turn, worker.Generation, what);
        }

        CrashBreaker.Failed(turn, worker.Slot, what);
        if (CrashBreaker.IsLoop(turn))
        {
            ReloadPolicy.Failed(turn, worker.Generation, what);
        }
    }

    /// <summary>A worker that leaves of its own takes what it was woken for; a worker that is killed or crashes cannot.</summary>
    internal static void OfferWaiting(Turn turn, WorkerState worker)
    {
        if (turn.State.Phase == PoolPhase.Running && worker.EverReady && !PerRequest.IsOn(turn.State))
        {
            // Also those of which we have not heard yet that they serve: they may sleep at their gates already.
            turn.Do(new PoolAction.OfferWaiting([.. turn.Workers.Where(static w => w is { Belongs: true, Phase: not WorkerPhase.Launching }).Select(static w => w.Slot)]));
        }
    }

    internal static void AnnounceReady(Turn turn)
    {
        bool perRequest = PerRequest.IsOn(turn.State);
        int wanted = perRequest ? PerRequest.StandbyOf(turn.State) : turn.State.Target;
        if (!turn.State.ReadyAnnounced && turn.Count(w => w.IsServing || (perRequest && w.IsUp)) >= wanted)
        {
            turn.State = turn.State with { ReadyAnnounced = true };
            turn.Do(new PoolAction.SayPoolReady(wanted));
        }
    }

    /// <summary>A TERM or HUP that we did not send is somebody's wish, not a crash.</summary>
    private static WorkerExitCause Classify(WorkerState worker, ManagerEvent.Ended ended)
    {
        if (worker.LeaveCause is { } told)
        {
            return told;
        }

        return ended switch
        {
            { Signal: UnixSignal.Hup or UnixSignal.Int or UnixSignal.Quit or UnixSignal.Term } => WorkerExitCause.AskedByOther,
            { OutOfMemory: true, Signal: UnixSignal.Kill } => WorkerExitCause.OutOfMemory,
            _ when !worker.EverReady => WorkerExitCause.FailedToStart,
            { ExitCode: 0 } => worker.HasRequest ? WorkerExitCause.RequestLimit : WorkerExitCause.LeftByItself,
            { ExitCode: null, Signal: null } => WorkerExitCause.Unknown,
            _ => WorkerExitCause.Crashed,
        };
    }

    internal static string Describe(WorkerState worker, WorkerExitCause cause, string how) => cause switch
    {
        WorkerExitCause.AskedByOther when worker.EverReady => $"worker {worker.Slot} ended with {how} before it had read its connection",
        WorkerExitCause.FailedToStart or WorkerExitCause.AskedByOther => $"worker {worker.Slot} ended with {how} before it was ready",
        WorkerExitCause.OutOfMemory => $"worker {worker.Slot} was ended by the kernel for want of memory",
        WorkerExitCause.StartTimeout => $"worker {worker.Slot} was not ready within the start timeout",
        _ => $"worker {worker.Slot} ended with {how}",
    };
}
