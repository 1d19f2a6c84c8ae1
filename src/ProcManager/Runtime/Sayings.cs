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
            case PoolAction.SayFull full:
                Log.Full(log, full.Workers, full.Queue);
                break;
            case PoolAction.SayFullOver over:
                Log.FullOver(log, over.Time.TotalSeconds, over.Most);
                break;
            case PoolAction.SayReloadWaits waits:
                Log.ReloadWaits(log, waits.Leaving, waits.DieTimeout);
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
            case PoolAction.SayKillingAll all:
                Log.KillingAll(log, all.Workers);
                break;
            case PoolAction.SayRecyclingUseless useless:
                Log.RecyclingUseless(log, useless.InARow, useless.Bytes / 1048576.0, useless.OfPool);
                break;
            case PoolAction.SayTarget { AtLimit: false, IsStatic: false } most:
                Log.Most(log, most.Count);
                break;
            case PoolAction.SayTarget { AtLimit: false } target:
                Log.Target(log, target.Count);
                break;
            case PoolAction.SayTarget target:
                Log.TargetAtLimit(log, target.Count);
                break;
            case PoolAction.SaySlept slept:
                Log.Slept(log, slept.Gap);
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
                Log.HangOver(log, over.Slot, pid, over.Age.TotalSeconds);
                break;
            case PoolAction.SayKeepLimit keep:
                Log.KeepLimit(log, keep.Slot, pid, keep.Limit);
                break;
            case PoolAction.SayLimitReached reached:
                Log.LimitReached(log, reached.Slot, pid, reached.Cause, reached.Share * 100);
                break;
            case PoolAction.SayCeiling ceiling:
                Log.Ceiling(log, ceiling.Slot, pid, ceiling.Cause, ceiling.Waited);
                break;
            case PoolAction.SayRogue { InRequest: true } rogue:
                Log.RogueInRequest(log, rogue.Slot, pid, rogue.Cpu.TotalSeconds, rogue.Limit.TotalSeconds, rogue.Step);
                break;
            case PoolAction.SayRogue rogue:
                Log.Rogue(log, rogue.Slot, pid, rogue.Cpu.TotalSeconds, rogue.Limit.TotalSeconds, rogue.Step);
                break;
            case PoolAction.SayForgiven forgiven:
                Log.Forgiven(log, forgiven.Slot, pid);
                break;
            case PoolAction.SayCrashing:
                Log.Crashing(log, action.Slot, pid);
                break;
            case PoolAction.SayDump dump:
                Log.DumpUnderWay(log, dump.Slot, pid, dump.Most.TotalSeconds);
                break;
            case PoolAction.SayWrittenOff off:
                Log.WrittenOff(log, off.Slot, pid);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(action), action, "There is no line for this action.");
        }
    }
}
