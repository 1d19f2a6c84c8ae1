namespace ProcManager.Supervision;

/// <summary>Stopping: everybody is told to leave, after the die timeout killed; told twice, killed at once. Stop wins over everything else. A delay may come first, see <see cref="DrainPolicy"/>; then it takes one more call to kill.</summary>
internal static class StopLadder
{
    internal static void Request(Turn turn)
    {
        switch (turn.State.Phase)
        {
            case PoolPhase.Running when turn.State.DrainUntil is not null:
                turn.Do(new PoolAction.SayDrainCut());
                BeginAsked(turn);
                break;
            case PoolPhase.Running when DrainPolicy.TryBegin(turn):
                break;
            case PoolPhase.Running:
                BeginAsked(turn);
                break;
            case PoolPhase.Stopping when !turn.State.StopAsked:
                turn.State = turn.State with { StopAsked = true }; // it is stopping of its own accord; this is the first call, not the second
                break;
            case PoolPhase.Stopping:
                turn.State = turn.State with { Phase = PoolPhase.Killing, ExitCode = 1 };
                turn.Do(new PoolAction.SayKillingAll(turn.Workers.Count));
                foreach (WorkerState worker in turn.CopyOfWorkers())
                {
                    Deadlines.Kill(turn, worker, WorkerExitCause.KilledAtOnce, TimeSpan.Zero);
                }

                Adoption.Kill(turn);

                break;
            default:
                break; // killing already; there is nothing stronger
        }
    }

    /// <summary>The host's own call, or a worker's: as the first TERM, and never as the second.</summary>
    internal static void Shutdown(Turn turn)
    {
        if (!turn.State.StopAsked)
        {
            Request(turn);
        }
    }

    /// <summary>The graceful stop that was asked for begins.</summary>
    internal static void BeginAsked(Turn turn)
    {
        turn.Do(new PoolAction.SayStopping(turn.Workers.Count));
        turn.State = turn.State with { StopAsked = true };
        Begin(turn);
    }

    /// <summary>No worker ever became ready: exit code 1.</summary>
    internal static void GiveUp(Turn turn)
    {
        turn.State = turn.State with { ExitCode = 1 };
        Begin(turn);
    }

    internal static void Complete(Turn turn)
    {
        if (turn.State.Phase is PoolPhase.Stopping or PoolPhase.Killing && turn.Workers.All(static w => w.IsWrittenOff) && turn.State.Adopted.All(static a => a.IsWrittenOff))
        {
            turn.State = turn.State with { Phase = PoolPhase.Ended };
            if (turn.Workers.Count > 0 || turn.State.Adopted.Length > 0)
            {
                turn.State = turn.State with { ExitCode = 1 };
                turn.Do(new PoolAction.SayLeftBehind([.. turn.Workers.Select(static w => w.Slot)], [.. turn.State.Adopted.Select(static a => a.ProcessId)]));
            }

            turn.Do(new PoolAction.Finish(turn.State.ExitCode));
        }
    }

    private static void Begin(Turn turn)
    {
        PoolState state = turn.State;
        turn.State = state with { Phase = PoolPhase.Stopping, DrainUntil = null, Reload = null, ReloadAgain = false };
        if (state.Reload is { } reload)
        {
            turn.Do(new PoolAction.SayReloadFinished(reload.Generation, ReloadOutcome.Abandoned, "the manager is stopping"));
        }

        foreach (WorkerState worker in turn.CopyOfWorkers())
        {
            if (worker.Phase == WorkerPhase.Kept || worker is { Phase: WorkerPhase.Killed, Deadline: null })
            {
                Deadlines.Kill(turn, worker, WorkerExitCause.Hung, Deadlines.Since(turn, worker)); // it has shown that it does not hear
            }
            else
            {
                turn.TellToLeave(worker, WorkerExitCause.Stopped);
            }
        }

        PerRequest.Stop(turn);
        Adoption.Stop(turn);
        RestartInPlace.GiveUp(turn);
    }
}
