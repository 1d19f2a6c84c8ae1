namespace ProcManager.Supervision;

/// <summary>
/// The brain. Pure: no clock, no process, no log. What happened and the time come in, the next state and the actions go out.
/// Each policy is a file beside this one; here is only which event goes to which, and what is looked at after every event.
/// </summary>
internal static class Supervisor
{
    internal static (PoolState State, IReadOnlyList<PoolAction> Actions) Decide(PoolState state, ManagerEvent happened, TimeSpan now)
    {
        var turn = new Turn(state, now);
        if (state.Phase == PoolPhase.Ended)
        {
            if (happened is ManagerEvent.Arrived last)
            {
                PerRequest.Arrived(turn, last);
            }

            return turn.Finish();
        }

        switch (happened)
        {
            case ManagerEvent.Tick:
                Deadlines.Enforce(turn);
                break;
            case ManagerEvent.Slept slept:
                Deadlines.Rebase(turn, slept.Gap);
                break;
            case ManagerEvent.Launched launched:
                Lifecycle.Launched(turn, launched.Slot);
                break;
            case ManagerEvent.LaunchFailed failed:
                Lifecycle.LaunchFailed(turn, failed);
                break;
            case ManagerEvent.Ready ready:
                Lifecycle.Ready(turn, ready.Slot);
                break;
            case ManagerEvent.Parked parked:
                Lifecycle.Parked(turn, parked.Slot);
                break;
            case ManagerEvent.AsksToLeave asks:
                Lifecycle.AsksToLeave(turn, asks);
                break;
            case ManagerEvent.LeavesByItself leaves:
                Lifecycle.LeavesByItself(turn, leaves);
                break;
            case ManagerEvent.Crashing crashing:
                CrashPolicy.Begins(turn, crashing);
                break;
            case ManagerEvent.DumpUnderWay dump:
                CrashPolicy.DumpUnderWay(turn, dump.Slot);
                break;
            case ManagerEvent.Dying dying:
                Standby.StepIn(turn, dying.Slot);
                break;
            case ManagerEvent.Ended ended:
                Lifecycle.Ended(turn, ended);
                break;
            case ManagerEvent.ReloadRequested reload:
                Configuring.Change(turn, reload.Policy);
                ReloadPolicy.Request(turn, reload.Refusal);
                break;
            case ManagerEvent.RestartRequested:
                RestartInPlace.Request(turn);
                break;
            case ManagerEvent.RestartTried tried:
                RestartInPlace.Tried(turn, tried.Failure);
                break;
            case ManagerEvent.RestartFailed failed:
                RestartInPlace.Refused(turn, failed.Reason);
                break;
            case ManagerEvent.StopRequested:
                StopLadder.Request(turn);
                break;
            case ManagerEvent.ScaleRequested scale:
                Sizing.Change(turn, (long)turn.State.Most + scale.Delta);
                break;
            case ManagerEvent.SizeRequested size:
                Sizing.Change(turn, size.Count);
                break;
            case ManagerEvent.RecycleRequested recycle:
                Recycling.Requested(turn, recycle.Slot);
                break;
            case ManagerEvent.PauseRequested pause:
                OperatorPause.Request(turn, pause.Paused);
                break;
            case ManagerEvent.StacksRequested stacks:
                OperatorStacks.Request(turn, stacks);
                break;
            case ManagerEvent.StacksGivenUp stacks:
                turn.Do(new PoolAction.EndCaptureForOperator(stacks.Slot, stacks.Answer));
                break;
            case ManagerEvent.LogLevelRequested level:
                turn.Do(new PoolAction.SetLogLevel(level.Level));
                break;
            case ManagerEvent.ShutdownRequested:
                StopLadder.Shutdown(turn);
                break;
            case ManagerEvent.ConnectionWaits waits:
                Demand.ConnectionWaits(turn, waits);
                break;
            case ManagerEvent.Arrived arrived:
                PerRequest.Arrived(turn, arrived);
                break;
            case ManagerEvent.NotHanded not:
                PerRequest.NotHanded(turn, not);
                break;
            case ManagerEvent.Free free:
                PerRequest.Free(turn, free.Slot);
                break;
            case ManagerEvent.LastServed last:
                PerRequest.LastServed(turn, last.Slot);
                break;
            case ManagerEvent.Looked looked:
                Looked(turn, looked);
                break;
            case ManagerEvent.QueuesLooked looked:
                FullQueues.Looked(turn, looked.Queues);
                break;
            case ManagerEvent.Examined examined:
                Watchdog.Examined(turn, examined);
                break;
            case ManagerEvent.Captured captured:
                HangLadder.Captured(turn, captured.Slot);
                break;
            case ManagerEvent.KillSpared spared:
                HangLadder.KillSpared(turn, spared);
                break;
            case ManagerEvent.Adopted adopted:
                Adoption.Adopt(turn, adopted);
                break;
            case ManagerEvent.AdoptedEnded ended:
                Adoption.Ended(turn, ended.ProcessId);
                break;
            case ManagerEvent.Unused unused:
                turn.Do(new PoolAction.SayIgnored(unused.Signal, "it has no meaning in this version"));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "There is no rule for this event.");
        }

        DrainPolicy.Advance(turn);
        if (turn.State.Phase == PoolPhase.Running)
        {
            Settle(turn, happened is ManagerEvent.Tick);
            Lifecycle.AnnounceReady(turn);
            SurgeBound.Advance(turn);
            Demand.Advance(turn);
            FullQueues.Advance(turn, happened);
            Leisure.Advance(turn);
            Looks.Advance(turn);
        }

        StopLadder.Complete(turn);
        return turn.Finish();
    }

    private static void Settle(Turn turn, bool isTick)
    {
        if (PerRequest.IsOn(turn.State))
        {
            PerRequest.Advance(turn, isTick);
        }
        else
        {
            int done;
            do
            {
                // One that takes over lets another leave, which may be the last of a reload, whose end lets the next begin. It may be the trial of a crash loop, too.
                done = turn.Done;
                CrashBreaker.Settle(turn);
                ReloadPolicy.Advance(turn);
                Recycling.Advance(turn);
                Retirement.Advance(turn);
                ReloadPolicy.Complete(turn);
                Sizing.Fill(turn);
            }
            while (turn.Done > done);
        }
    }

    private static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        if (looked.At.HasFlag(LookAt.Demand))
        {
            Demand.Looked(turn, looked);
        }

        if (looked.At.HasFlag(LookAt.Requests))
        {
            Watchdog.Looked(turn, looked);
        }

        if (looked.At.HasFlag(LookAt.Memory))
        {
            MemoryWatch.Looked(turn, looked);
        }

        if (looked.At.HasFlag(LookAt.Busy))
        {
            Retirement.Looked(turn, looked);
        }

        if (looked.At.HasFlag(LookAt.Dumps))
        {
            CrashPolicy.Looked(turn, looked);
        }

        if (looked.At.HasFlag(LookAt.Cpu))
        {
            RogueWatch.Looked(turn, looked);
        }
    }
}
