using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>The log line of each action that only tells something.</summary>
internal static class Sayings
{
    internal static void Say(ILogger log, PoolAction action)
    {
        switch (action)
        {
            case PoolAction.SayReloadQueued:
                Log.ReloadQueued(log);
                break;
            case PoolAction.SayQueueFull full:
                PerRequestLog.QueueFull(log, full.Queue.Name, full.Queue.Queue, full.Queue.Backlog);
                break;
            case PoolAction.SayFull full:
                CrashLog.Full(log, full.Workers, full.Queue);
                break;
            case PoolAction.SayFullOver over:
                CrashLog.FullOver(log, over.Time, over.Most);
                break;
            case PoolAction.SayReloadWaits waits:
                CrashLog.ReloadWaits(log, waits.Leaving, waits.DieTimeout);
                break;
            case PoolAction.SayCanaryHeld held:
                Log.CanaryHeld(log, held.Slot);
                break;
            case PoolAction.SayCrashLoop loop:
                Log.CrashLoop(log, loop.Failures, loop.Window, loop.Last, loop.Delay);
                break;
            case PoolAction.SayStartRetry retry:
                Log.StartRefused(log, retry.Last, retry.Delay, retry.Passing, retry.CannotBind);
                break;
            case PoolAction.SayCrashLoopOver:
                Log.CrashLoopOver(log);
                break;
            case PoolAction.SayDrainCut:
                DrainLog.Cut(log);
                break;
            case PoolAction.SayKillingAll all:
                Log.KillingAll(log, all.Workers);
                break;
            case PoolAction.SayRecyclingUseless useless:
                WatchLog.RecyclingUseless(log, useless.InARow, useless.Bytes, useless.OfPool);
                break;
            case PoolAction.SayTarget target:
                Log.Target(log, target.Count, target.AtLimit, target.IsStatic);
                break;
            case PoolAction.SaySlept slept:
                Log.Slept(log, slept.Gap);
                break;
            case PoolAction.SayRestartWaits waits:
                RestartLog.Waits(log, waits.UnderWay);
                break;
            case PoolAction.SayIgnored ignored:
                Log.Ignored(log, ignored.What, ignored.Why);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "There is no line for this action.");
        }
    }

    internal static void OfWorker(ILogger log, int pid, PoolAction.OfWorker action)
    {
        switch (action)
        {
            case PoolAction.SayHangOver over:
                WatchLog.HangOver(log, over.Slot, pid, over.Age);
                break;
            case PoolAction.SayKeepLimit keep:
                WatchLog.KeepLimit(log, keep.Slot, pid, keep.Limit);
                break;
            case PoolAction.SayRogue rogue:
                WatchLog.Rogue(log, rogue.Slot, pid, rogue.Cpu, rogue.Limit, rogue.InRequest, rogue.Step);
                break;
            case PoolAction.SayForgiven forgiven:
                WatchLog.Forgiven(log, forgiven.Slot, pid);
                break;
            case PoolAction.SayCrashing:
                CrashLog.Crashing(log, action.Slot, pid);
                break;
            case PoolAction.SayDump dump:
                CrashLog.DumpUnderWay(log, dump.Slot, pid, dump.Most);
                break;
            case PoolAction.SayWrittenOff off:
                WatchLog.WrittenOff(log, off.Slot, pid);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "There is no line for this action.");
        }
    }
}
