using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// Does what the brain decided: one case an action, and no rule about policy. What is only told (log, host's events) is told when
/// all is done: a replacement does not wait for the words about the worker that it replaces.
/// </summary>
internal sealed partial class ActionRunner(WorkerLauncher launcher, WorkerTable workers, ManagerBoard board, IPoolObserver observer, ILogger log, bool noSignals, WatchTools tools)
{
    private readonly Queue<Action> _soon = new(); // before the first word
    private readonly Queue<Action> _later = new();

    /// <summary>Set when the pool has ended.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>Set when the pool ended because no worker ever became ready.</summary>
    internal string? GivenUp { get; private set; }

    internal void Run(PoolAction action, Queue<ManagerEvent> followUps)
    {
        switch (action)
        {
            case PoolAction.Launch launch:
                Launch(launch, followUps);
                break;
            case PoolAction.TellToLeave tell:
                TellToLeave(tell);
                break;
            case PoolAction.Kill kill:
                Kill(kill, followUps);
                break;
            case PoolAction.Finish finish:
                Later(() => Log.ManagerExits(log, finish.ExitCode));
                ExitCode = finish.ExitCode;
                break;
            case PoolAction.SayReady ready when workers.Find(ready.Slot) is { } worker:
                Later(() => Log.WorkerReady(log, worker.Slot, worker.Pid));
                Later(() => observer.WorkerReady(worker));
                break;
            case PoolAction.SayLeftBehind left:
                string pids = string.Join(", ", left.Slots.Select(s => workers.Find(s)?.Pid ?? 0).Concat(left.Adopted));
                Later(() => CrashLog.LeftBehind(log, pids));
                break;
            case PoolAction.SayEnded ended:
                Ended(ended);
                break;
            case PoolAction.SayReloadStarted started:
                board.SetReload(ReloadStatus.Running, null);
                Later(() => Log.ReloadStarted(log, started.Generation, started.Strategy));
                Later(() => observer.ReloadBegan(started.Generation));
                break;
            case PoolAction.SayReloadFinished finished:
                ReloadFinished(finished);
                break;
            case PoolAction.SayReloadRefused refused:
                ReloadRefused(refused);
                break;
            case PoolAction.SayGivingUp up:
                GivenUp = up.Last;
                Later(() => Log.GivesUp(log, launcher.Path, up.Failures, up.Last, up.Ran, up.CannotBind));
                Later(() => observer.Stopping());
                break;
            case PoolAction.SayPoolReady pool:
                Later(() => Log.PoolReady(log, pool.Count));
                Later(() => observer.PoolReady());
                Later(GiveMemoryBack);
                break;
            case PoolAction.SayDrainBegan drain:
                Later(() => DrainLog.Began(log, drain.Delay));
                Later(() => observer.DrainBegan(drain.Delay));
                break;
            case PoolAction.SayStopping stopping:
                Later(() => Log.Stopping(log, stopping.Workers));
                Later(() => observer.Stopping());
                break;
            default:
                if (!Hand(action, followUps) && !Watch(action, followUps) && !Restart(action, followUps))
                {
                    Later(() => Sayings.Say(log, action));
                }

                break;
        }
    }

    /// <summary>Sends workers what can wait until this event's effects are done, and no longer.</summary>
    internal void TellWorkers()
    {
        while (_soon.TryDequeue(out Action? tell))
        {
            tell();
        }
    }

    /// <summary>Tells what was put off. A host's event handler must not take the workers down with it.</summary>
    internal void Tell()
    {
        while (_later.TryDequeue(out Action? tell))
        {
            try
            {
                tell();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Log.ActionFailed(log, e, nameof(Tell));
            }
        }
    }

    /// <summary>Told in its turn among what the events give to tell.</summary>
    internal void TellLater(Action tell) => Later(tell);

    /// <summary>What readers of the scoreboard see of the pool.</summary>
    internal void Publish(PoolState state) => board.SetPool(state.Target, state.Generation);

    // The manager now sleeps for long; what its start has left on the heap would stay until the next collection, which never comes.
    private static void GiveMemoryBack() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private void Later(Action tell) => _later.Enqueue(tell);

    private void Launch(PoolAction.Launch launch, Queue<ManagerEvent> followUps)
    {
        WorkerHandle? worker = null;
        board.SlotBeingStarted(launch.Slot, launch.Generation);
        try
        {
            worker = launcher.Launch(launch.Slot, launch.Generation, launch.Standby, observer.WorkerTitle(launch.Slot), Monotonic.Now);
            workers.Add(worker);
        }
        catch (Exception e)
        {
            // The brain must hear of any failure, or it would wait for this worker for ever. No process is left that the brain does not know.
            if (worker is not null)
            {
                workers.TakeBack(worker);
            }

            board.SlotEmpty(launch.Slot);
            bool permanent = e is PosixException posix && WorkerLauncher.IsPermanent(posix);
            followUps.Enqueue(new ManagerEvent.LaunchFailed(launch.Slot, permanent, $"worker {launch.Slot} could not be started: {e.Message.TrimEnd('.')}"));
            return;
        }

        board.SlotAlive(worker.Slot, worker.Pid);
        followUps.Enqueue(new ManagerEvent.Launched(worker.Slot));
        Later(() => worker.StartTime = DiagnosticsLitter.StartTime(worker.Pid)); // not when it has ended and another is waited for
        Later(() => (IsPerRequest ? (Action<ILogger, int, int, int>)PerRequestLog.Started : Log.WorkerStarted)(log, worker.Slot, worker.Pid, worker.Generation));
        Later(() => observer.WorkerStarted(worker));
    }

    private void TellToLeave(PoolAction.TellToLeave tell)
    {
        if (workers.Find(tell.Slot) is not { Exit: null } worker)
        {
            return;
        }

        board.SlotToldToLeave(worker.Slot);
        _ = worker.Lifeline >= 0 && Descriptors.TrySendByte(worker.Lifeline, LifelineByte.Drain);
        if (!noSignals)
        {
            _ = Children.Signal(worker.Pid, worker.PidFd, tell.Signal);
        }
    }

    private void Kill(PoolAction.Kill kill, Queue<ManagerEvent> followUps)
    {
        if (workers.Find(kill.Slot) is not { Exit: null } worker)
        {
            return;
        }

        if (kill.Armed is { } request && tools.Looker.IsUnderWay(worker, request) is var goesOn && !(goesOn ?? kill.WhenUnknown))
        {
            followUps.Enqueue(new ManagerEvent.KillSpared(kill.Slot, Unknown: goesOn is null));
            return;
        }

        if (kill.SparesDump && CrashDump.IsBeingWritten(worker.Pid))
        {
            followUps.Enqueue(new ManagerEvent.DumpUnderWay(kill.Slot));
            return;
        }

        Later(() => Log.WorkerKilled(log, worker.Slot, worker.Pid, kill.Cause, kill.After));
        board.SlotToldToLeave(worker.Slot);
        Children.KillGroup(worker.Pid);
        _ = Children.Signal(worker.Pid, worker.PidFd, Signals.KILL);
    }

    private void Ended(PoolAction.SayEnded ended)
    {
        if (workers.Find(ended.Slot) is not { Exit: { } found } worker)
        {
            return;
        }

        WorkerExit exit = found with { Cause = ended.Cause };
        tools.Captures.End(worker.Slot);
        tools.OperatorCaptures.End(worker.Slot);
        Later(() => DiagnosticsLitter.Remove(worker.Pid, worker.StartTime, launcher.TempFolder));
        workers.Remove(worker);
        launcher.Output?.Ended(worker.Pid);
        board.AddEnd(exit, ended.Unexpected);
        Later(() =>
        {
            if (IsPerRequest && exit.Cause == WorkerExitCause.RequestLimit)
            {
                PerRequestLog.Ended(log, exit);
            }
            else
            {
                Log.WorkerEnded(log, exit, ended.Unexpected);
            }
        });
        Later(() => observer.WorkerExited(exit));
    }

    private void ReloadRefused(PoolAction.SayReloadRefused refused)
    {
        if (!refused.OtherRuns)
        {
            board.SetReload(ReloadStatus.Failed, refused.Reason);
        }

        Later(() => ConfigurationLog.Refused(log, refused.Reason));
        Later(() => observer.ReloadRefused(refused.Generation, refused.Reason));
    }

    private void ReloadFinished(PoolAction.SayReloadFinished finished)
    {
        board.SetReload(
            finished.Outcome switch
            {
                ReloadOutcome.Succeeded => ReloadStatus.Succeeded,
                ReloadOutcome.Abandoned => ReloadStatus.Abandoned,
                _ => ReloadStatus.Failed,
            },
            finished.Reason);
        Later(() => Log.ReloadFinished(log, finished.Outcome, finished.Generation, finished.Reason ?? "", finished.Ran));
        Later(() => observer.ReloadFinished(finished.Outcome, finished.Generation, finished.Reason));
    }
}
