using System.Globalization;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <content>Looking at workers, and what is done about those that hang, grow or spin.</content>
internal sealed partial class ActionRunner
{
    private bool Watch(PoolAction action, Queue<ManagerEvent> followUps)
    {
        switch (action)
        {
            case PoolAction.Look look:
                Look(look.At, followUps);
                return true;
            case PoolAction.OfferWaiting offer:
                OfferWaiting(offer.Slots);
                return true;
            case PoolAction.SetPaused pause:
                SetPaused(pause.Paused);
                return true;
            case PoolAction.SetLogLevel level:
                board.SetLogLevel((int?)level.Level);
                TellAll(LifelineByte.Settings);
                observer.LogLevelChanged(level.Level);
                return true;
            case PoolAction.EndCaptureForOperator end:
                tools.OperatorCaptures.End(end.Slot, end.Answer);
                return true;
            case PoolAction.AnswerOperator answer:
                answer.Answer(answer.Text);
                return true;
            case PoolAction.CaptureForOperator capture when workers.Find(capture.Slot) is not { Exit: null }:
                capture.Answer("The worker has ended.");
                return true;
            case PoolAction.WatchAdopted watch:
                WatchAdopted(watch, followUps);
                return true;
            case PoolAction.SignalAdopted signal:
                tools.Side.Signal(signal.ProcessId, signal.Number);
                return true;
            case PoolAction.SayPaused paused:
                Later(() =>
                {
                    if (IsPerRequest)
                    {
                        PerRequestLog.Paused(log, paused.Most, paused.IsAgain);
                    }
                    else
                    {
                        WatchLog.Paused(log, paused.Most);
                    }
                });
                Later(() => observer.AcceptChanged(paused: true));
                return true;
            case PoolAction.SayResumed resumed:
                Later(() =>
                {
                    if (IsPerRequest)
                    {
                        PerRequestLog.Resumed(log, resumed.IsAgain);
                    }
                    else
                    {
                        WatchLog.Resumed(log);
                    }
                });
                Later(() => observer.AcceptChanged(paused: false));
                return true;
            case PoolAction.OfWorker one:
                if (workers.Find(one.Slot) is { Exit: null } worker)
                {
                    WatchOne(worker, one, followUps);
                }

                return true;
            default:
                return false;
        }
    }

    private void WatchOne(WorkerHandle worker, PoolAction.OfWorker action, Queue<ManagerEvent> followUps)
    {
        switch (action)
        {
            case PoolAction.SendSignal signal:
                _ = Children.Signal(worker.Pid, worker.PidFd, signal.Number);
                break;
            case PoolAction.TakeOver:
                board.SlotTakesOver(worker.Slot);
                _soon.Enqueue(() => Say(worker, LifelineByte.TakeOver)); // for a host that awaits; one that blocks is not to be held up by the thread that hears it
                Later(() => WatchLog.TakesOver(log, worker.Slot, worker.Pid));
                Later(() => observer.WorkerReady(worker));
                break;
            case PoolAction.Collect collect:
                Say(worker, LifelineByte.Collect);
                Later(() => WatchLog.CollectionAsked(log, worker.Slot, worker.Pid, collect.OfPool));
                break;
            case PoolAction.RaiseSoftTimeout soft:
                board.SetSoftTimeout(worker.Slot, soft.Number, soft.Before);
                Say(worker, LifelineByte.SoftTimeout);
                break;
            case PoolAction.Examine:
                (char state, TimeSpan cpu) = Looker.Examine(worker.Pid);
                followUps.Enqueue(new ManagerEvent.Examined(worker.Slot, state, cpu));
                break;
            case PoolAction.Capture capture:
                tools.Captures.Begin(worker, capture, followUps);
                break;
            case PoolAction.CaptureForOperator capture:
                tools.OperatorCaptures.Begin(worker, capture.Answer);
                break;
            case PoolAction.EndCapture:
                tools.Captures.End(worker.Slot);
                break;
            case PoolAction.Keep keep:
                Keep(worker, keep.Request);
                break;
            case PoolAction.SayHung hung:
                Hung(worker, hung);
                break;
            case PoolAction.TakeTime:
                Priority.Lower(worker.Pid);
                break;
            case PoolAction.Hurry:
                Priority.Restore(worker.Pid, tools.Options.Nice);
                break;
            case PoolAction.SayDraining draining:
                string why = LeaveReasons.Of(draining.Reason, board.Requests(worker.Slot));
                Later(() => Log.WorkerDrains(log, worker.Slot, worker.Pid, why));
                break;
            case PoolAction.SayLimitReached reached:
                string limit = LeaveReasons.Short(reached.Reason, board.Requests(worker.Slot));
                Later(() => WatchLog.LimitReached(log, worker.Slot, worker.Pid, limit));
                break;
            case PoolAction.SayCeiling ceiling:
                string due = LeaveReasons.Short(ceiling.Reason, board.Requests(worker.Slot));
                Later(() => WatchLog.Ceiling(log, worker.Slot, worker.Pid, due, ceiling.Waited));
                break;
            case PoolAction.SayCrashing when IsPerRequest:
                Later(() => PerRequestLog.Crashing(log, worker.Slot, worker.Pid));
                break;
            case PoolAction.SayParked when IsPerRequest:
                Later(() => PerRequestLog.Waits(log, worker.Slot, worker.Pid));
                Later(() => observer.WorkerReady(worker));
                break;
            case PoolAction.SayParked:
                Later(() => WatchLog.StandsBy(log, worker.Slot, worker.Pid));
                break;
            default:
                Later(() => Sayings.OfWorker(log, worker.Pid, action));
                break;
        }
    }

    private void OfferWaiting(IReadOnlyList<int> slots)
    {
        foreach (int slot in workers.ConnectionWaits() ? slots : [])
        {
            if (workers.Find(slot) is { Exit: null } worker)
            {
                Say(worker, LifelineByte.LookAgain);
            }
        }
    }

    private void SetPaused(bool paused)
    {
        board.SetPaused(paused);
        TellAll(LifelineByte.Settings);
        Later(() => (paused ? (Action<Microsoft.Extensions.Logging.ILogger>)StatusLog.Paused : StatusLog.Resumed)(log));
        Later(() => observer.PauseChanged(paused));
    }

    private void TellAll(byte word)
    {
        foreach (WorkerHandle worker in workers.All)
        {
            Say(worker, word);
        }
    }

    private static void Say(WorkerHandle worker, byte word) => _ = worker.Lifeline >= 0 && Descriptors.TrySendByte(worker.Lifeline, word);

    private void Look(LookAt at, Queue<ManagerEvent> followUps)
    {
        WorkerSample[] samples = tools.Looker.Look(at);
        WatchLog.Looked(log, samples.Length, at);
        int queue = at.HasFlag(LookAt.Demand) ? workers.QueueLength() : 0;
        if (at.HasFlag(LookAt.Demand))
        {
            board.SetQueue(queue);
        }

        followUps.Enqueue(new ManagerEvent.Looked(at, samples) { Queue = queue });
    }

    private void Hung(WorkerHandle worker, PoolAction.SayHung hung)
    {
        (string? text, string? client) = board.Request(worker.Slot, hung.Request.Number, hung.Request.IsScope);
        text = hung.Request.IsNone ? "no request" : text is null ? "an undescribed request" : Printable.Of(text);
        client = client is null ? "" : " from " + Printable.Of(client);
        if (hung.Told && hung.Request.IsNone)
        {
            WatchLog.IdleStopped(log, worker.Slot, worker.Pid, hung.Kind, hung.Age, hung.Limit);
        }
        else if (hung.Told)
        {
            WatchLog.Hung(log, worker.Slot, worker.Pid, hung.Kind, hung.Age, hung.Limit, text, client);
        }

        observer.WorkerHung(worker, hung.Kind, hung.Age, text, client); // now and not later: the worker is still as it was found
    }

    private void Keep(WorkerHandle worker, RequestKey request)
    {
        board.SlotToldToLeave(worker.Slot);
        Say(worker, LifelineByte.Drain);
        Later(() => WatchLog.Kept(log, worker.Slot, worker.Pid));
        if (tools.Options.KeepCommand is not { } command)
        {
            return;
        }

        try
        {
            string text = Printable.Of(board.Request(worker.Slot, request.Number, request.IsScope).Text ?? "");
            int pid = WorkerLauncher.LaunchCommand(command, worker.Pid.ToString(CultureInfo.InvariantCulture), worker.Slot.ToString(CultureInfo.InvariantCulture), text);
            _ = tools.Side.Watch(pid, reaps: true, end => WatchLog.KeepCommandEnded(log, command, pid, end.ExitCode ?? 128 + (end.Signal ?? 0)));
        }
        catch (PosixException e)
        {
            Later(() => WatchLog.KeepCommandNotStarted(log, command, e.Message));
        }
    }

    private void WatchAdopted(PoolAction.WatchAdopted watch, Queue<ManagerEvent> followUps)
    {
        if (!tools.Side.Watch(watch.ProcessId, watch.Reaps, _ => followUps.Enqueue(new ManagerEvent.AdoptedEnded(watch.ProcessId)), watch.StartTime))
        {
            followUps.Enqueue(new ManagerEvent.AdoptedEnded(watch.ProcessId));
        }
    }
}
