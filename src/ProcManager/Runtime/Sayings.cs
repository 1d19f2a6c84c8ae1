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
            case PoolAction.SayCanaryHeld held:
                Log.CanaryHeld(log, held.Slot);
                break;
            case PoolAction.SayCrashLoop loop:
                Log.CrashLoop(log, loop.Failures, loop.Window, loop.Last, loop.Delay);
                break;
            case PoolAction.SayStartRetry retry:
                Log.StartRefused(log, retry.Last, retry.Delay, retry.Passing);
                break;
            case PoolAction.SayCrashLoopOver:
                Log.CrashLoopOver(log);
                break;
            case PoolAction.SayKillingAll all:
                Log.KillingAll(log, all.Workers);
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
}
