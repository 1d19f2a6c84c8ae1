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
            Deadline = turn.Policy.StartTimeout is { } limit ? turn.Now + limit : null,
        });
        if (worker.HasTime)
        {
            Leisure.Begin(turn, slot);
        }
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

        turn.Put(worker with { Phase = WorkerPhase.Serving, EverReady = true, Deadline = null, ServesSince = turn.Now, Reserve = false });
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

        turn.Put(worker with { Phase = WorkerPhase.Parked, EverReady = true, Deadline = null });
        Leisure.End(turn, slot);
        turn.Do(new PoolAction.SayParked(slot));
        CrashBreaker.Ready(turn, slot);
    }

    internal static void AsksToLeave(Turn turn, ManagerEvent.AsksToLeave asks)
    {
        if (turn.Find(asks.Slot) is { IsLive: true } worker)
        {
            Recycling.Asks(turn, worker, asks.Cause, 1);
        }
    }

    internal static void LeavesByItself(Turn turn, int slot)
    {
        if (turn.Find(slot) is { IsLive: true } worker)
        {
            Leisure.End(turn, slot);
            turn.Put(turn.Find(slot)! with
            {
                Phase = WorkerPhase.Leaving,
                LeaveCause = WorkerExitCause.AskedByOther,
                Deadline = turn.Policy.DieTimeout is { } limit ? turn.Now + limit : null,
            });
            Demand.Gone(turn, worker);
        }
    }

    internal static void Ended(Turn turn, ManagerEvent.Ended ended)
    {
        if (turn.Find(ended.Slot) is not { } worker)
        {
            return;
        }

        WorkerExitCause cause = Classify(worker, ended);
        bool failure = cause is WorkerExitCause.Crashed or WorkerExitCause.FailedToStart or WorkerExitCause.StartTimeout or WorkerExitCause.LeftByItself or WorkerExitCause.Unknown;
        turn.Remove(ended.Slot);
        Demand.Gone(turn, worker);
        turn.Do(new PoolAction.SayEnded(ended.Slot, cause, failure));
        if (failure && turn.State.Phase == PoolPhase.Running)
        {
            string what = Describe(worker, cause, ended.How);
            ReloadPolicy.Failed(turn, worker.Generation, what);
            CrashBreaker.Failed(turn, ended.Slot, what);
        }
    }

    internal static void AnnounceReady(Turn turn)
    {
        if (!turn.State.ReadyAnnounced && turn.Count(static w => w.IsServing) >= turn.State.Target)
        {
            turn.State = turn.State with { ReadyAnnounced = true };
            turn.Do(new PoolAction.SayPoolReady(turn.State.Target));
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
            _ when !worker.EverReady => WorkerExitCause.FailedToStart,
            { ExitCode: 0 } => WorkerExitCause.LeftByItself,
            { ExitCode: null, Signal: null } => WorkerExitCause.Unknown,
            _ => WorkerExitCause.Crashed,
        };
    }

    internal static string Describe(WorkerState worker, WorkerExitCause cause, string how) => cause switch
    {
        WorkerExitCause.FailedToStart => $"worker {worker.Slot} ended with {how} before it was ready",
        WorkerExitCause.StartTimeout => $"worker {worker.Slot} was not ready within the start time-out",
        _ => $"worker {worker.Slot} ended with {how}",
    };
}
