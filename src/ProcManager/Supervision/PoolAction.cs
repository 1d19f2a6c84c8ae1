namespace ProcManager.Supervision;

/// <summary>What the hands have to do, in this order. They decide nothing.</summary>
internal abstract record PoolAction
{
    internal sealed record Launch(int Slot, int Generation) : PoolAction;

    internal sealed record TellToLeave(int Slot, WorkerExitCause Cause) : PoolAction;

    internal sealed record Kill(int Slot, WorkerExitCause Cause, TimeSpan After) : PoolAction;

    internal sealed record Finish(int ExitCode) : PoolAction;

    // What people are told. Each is one line of the log, some are events of the host. Ran: a worker began, so it may have said why.
    internal sealed record SayPoolReady(int Count) : PoolAction;

    internal sealed record SayReady(int Slot) : PoolAction;

    internal sealed record SayEnded(int Slot, WorkerExitCause Cause, bool Unexpected) : PoolAction;

    internal sealed record SayReloadStarted(int Generation, ReloadStrategy Strategy) : PoolAction;

    internal sealed record SayReloadQueued : PoolAction;

    internal sealed record SayCanaryHeld(int Slot) : PoolAction;

    internal sealed record SayReloadFinished(int Generation, ReloadOutcome Outcome, string? Reason, bool Ran = true) : PoolAction;

    internal sealed record SayCrashLoop(int Failures, TimeSpan Window, TimeSpan Delay, string Last) : PoolAction;

    internal sealed record SayStartRetry(TimeSpan Delay, string Last, bool Passing) : PoolAction;

    internal sealed record SayCrashLoopOver : PoolAction;

    internal sealed record SayGivingUp(int Failures, string Last, bool Ran) : PoolAction;

    internal sealed record SayStopping(int Workers) : PoolAction;

    internal sealed record SayKillingAll(int Workers) : PoolAction;

    internal sealed record SayTarget(int Count, bool AtLimit) : PoolAction;

    internal sealed record SaySlept(TimeSpan Gap) : PoolAction;

    internal sealed record SayIgnored(string What, string Why) : PoolAction;
}
