namespace ProcManager.Supervision;

/// <summary>What the hands have to do, in this order. They decide nothing.</summary>
internal abstract record PoolAction
{
    /// <summary>About one worker; nothing is to be done when that has ended.</summary>
    internal abstract record OfWorker(int Slot) : PoolAction;

    internal sealed record Launch(int Slot, int Generation, bool Standby = false) : PoolAction;

    internal sealed record TellToLeave(int Slot, WorkerExitCause Cause, int Signal = UnixSignal.Term) : PoolAction;

    /// <summary>
    /// Armed: only while this request is under way; otherwise <see cref="ManagerEvent.KillSpared"/>. WhenUnknown: also when that cannot be read.
    /// SparesDump: not while the runtime writes a dump of the worker's memory; then <see cref="ManagerEvent.DumpUnderWay"/>.
    /// </summary>
    internal sealed record Kill(int Slot, WorkerExitCause Cause, TimeSpan After, RequestKey? Armed = null, bool WhenUnknown = false) : PoolAction
    {
        internal bool SparesDump { get; init; }
    }

    internal sealed record SendSignal(int Slot, int Number) : OfWorker(Slot);

    /// <summary>The worker that stands by begins to serve.</summary>
    internal sealed record TakeOver(int Slot) : OfWorker(Slot);

    /// <summary>Hands a connection to the worker that waits for one; otherwise <see cref="ManagerEvent.NotHanded"/>. Not of a worker: the connection is there although that has ended.</summary>
    internal sealed record Hand(int Slot, HandedConnection Connection) : PoolAction;

    /// <summary>The pool stops, and no worker takes these any more.</summary>
    internal sealed record GiveUpConnections(IReadOnlyList<HandedConnection> Connections) : PoolAction;

    /// <summary>Several workers, one after the other, have ended without having read it: the connection is closed.</summary>
    internal sealed record GiveUpUnread(HandedConnection Connection) : PoolAction;

    /// <summary>A worker ended that may have had the wake-up for a connection: if one waits, these have a look.</summary>
    internal sealed record OfferWaiting(IReadOnlyList<int> Slots) : PoolAction;

    /// <summary>Nobody waits for this start: it gets what processor time the others leave.</summary>
    internal sealed record TakeTime(int Slot) : OfWorker(Slot);

    /// <summary>The priority that was lowered for a start is given back.</summary>
    internal sealed record Hurry(int Slot) : OfWorker(Slot);

    internal sealed record Look(LookAt At) : PoolAction;

    /// <summary>Answered by <see cref="ManagerEvent.QueuesLooked"/>.</summary>
    internal sealed record LookAtQueues : PoolAction;

    /// <summary>How one worker is and what processor time it has used.</summary>
    internal sealed record Examine(int Slot) : OfWorker(Slot);

    internal sealed record Collect(int Slot, bool OfPool = false) : OfWorker(Slot);

    /// <summary>Of this request of PreDispatch, and of all scopes that began until then.</summary>
    internal sealed record RaiseSoftTimeout(int Slot, ulong Number, TimeSpan Before) : OfWorker(Slot);

    /// <summary>Answers: false for a stopped process, whose runtime would be asked in vain. IsOneTooMany: others are being looked into, no further process is to be started.</summary>
    internal sealed record Capture(int Slot, bool Stacks, bool Dump, bool Answers, bool IsOneTooMany = false) : OfWorker(Slot);

    /// <summary>It is not waited for any longer.</summary>
    internal sealed record EndCapture(int Slot) : OfWorker(Slot);

    /// <summary>The stacks of a worker for an operator.</summary>
    internal sealed record CaptureForOperator(int Slot, Action<string> Answer) : OfWorker(Slot);

    /// <summary>The operator does not wait for them any longer.</summary>
    internal sealed record EndCaptureForOperator(int Slot, Action<string> Answer) : PoolAction;

    internal sealed record AnswerOperator(Action<string> Answer, string Text) : PoolAction;

    /// <summary>All workers stop accepting connections, or begin again.</summary>
    internal sealed record SetPaused(bool Paused) : PoolAction;

    internal sealed record SetLogLevel(Microsoft.Extensions.Logging.LogLevel? Level) : PoolAction;

    /// <summary>Out of the pool, left alive.</summary>
    internal sealed record Keep(int Slot, RequestKey Request) : OfWorker(Slot);

    internal sealed record WatchAdopted(int ProcessId, bool Reaps, long StartTime = 0) : PoolAction;

    internal sealed record SignalAdopted(int ProcessId, int Number) : PoolAction;

    /// <summary>Starts the new program on trial, for a restart in place.</summary>
    internal sealed record TryNewProgram : PoolAction;

    internal sealed record EndTrial : PoolAction;

    internal sealed record SayRestartWaits(string UnderWay) : PoolAction;

    internal sealed record SayRestartRefused(string Reason) : PoolAction;

    internal sealed record Finish(int ExitCode) : PoolAction;

    // What people are told. Each is one line of the log, some are events of the host. Ran: a worker began, so it may have said why.
    internal sealed record SayPoolReady(int Count) : PoolAction;

    internal sealed record SayReady(int Slot) : PoolAction;

    internal sealed record SayParked(int Slot) : OfWorker(Slot);

    /// <summary>IsAgain: it was told a moment ago.</summary>
    internal sealed record SayPaused(int Most, bool IsAgain = false) : PoolAction;

    internal sealed record SayQueueFull(ListenerQueue Queue) : PoolAction;

    internal sealed record SayFull(int Workers, int Queue) : PoolAction;

    internal sealed record SayFullOver(TimeSpan Time, int Most) : PoolAction;

    /// <summary>The manager waits for these processes no longer; they stay behind.</summary>
    internal sealed record SayLeftBehind(IReadOnlyList<int> Slots, IReadOnlyList<int> Adopted) : PoolAction;

    internal sealed record SayResumed(bool IsAgain = false) : PoolAction;

    internal sealed record SayHung(int Slot, RequestKey Request, HangKind Kind, TimeSpan Age, TimeSpan Limit, bool Told) : OfWorker(Slot);

    internal sealed record SayHangOver(int Slot, TimeSpan Age) : OfWorker(Slot);

    internal sealed record SayKeepLimit(int Slot, int Limit) : OfWorker(Slot);

    internal sealed record SayLimitReached(int Slot, LeaveReason Reason) : OfWorker(Slot);

    internal sealed record SayCeiling(int Slot, LeaveReason Reason, TimeSpan Waited) : OfWorker(Slot);

    internal sealed record SayDraining(int Slot, LeaveReason Reason) : OfWorker(Slot);

    internal sealed record SayRecyclingUseless(int InARow, long Bytes, bool OfPool = false) : PoolAction;

    internal sealed record SayRogue(int Slot, string Step, TimeSpan Cpu, TimeSpan Limit, bool InRequest) : OfWorker(Slot);

    internal sealed record SayForgiven(int Slot) : OfWorker(Slot);

    internal sealed record SayWrittenOff(int Slot) : OfWorker(Slot);

    internal sealed record SayCrashing(int Slot) : OfWorker(Slot);

    internal sealed record SayDump(int Slot, TimeSpan Most) : OfWorker(Slot);

    internal sealed record SayEnded(int Slot, WorkerExitCause Cause, bool Unexpected) : PoolAction;

    internal sealed record SayReloadStarted(int Generation, ReloadStrategy Strategy) : PoolAction;

    internal sealed record SayReloadQueued : PoolAction;

    /// <summary>The configuration is wrong: no worker is replaced. OtherRuns: a reload is under way, and goes on.</summary>
    internal sealed record SayReloadRefused(int Generation, string Reason, bool OtherRuns) : PoolAction;

    internal sealed record SayReloadWaits(int Leaving, TimeSpan? DieTimeout) : PoolAction;

    internal sealed record SayCanaryHeld(int Slot) : PoolAction;

    internal sealed record SayReloadFinished(int Generation, ReloadOutcome Outcome, string? Reason, bool Ran = true) : PoolAction;

    internal sealed record SayCrashLoop(int Failures, TimeSpan Window, TimeSpan Delay, string Last) : PoolAction;

    internal sealed record SayStartRetry(TimeSpan Delay, string Last, bool Passing, bool CannotBind = false) : PoolAction;

    internal sealed record SayCrashLoopOver : PoolAction;

    internal sealed record SayGivingUp(int Failures, string Last, bool Ran, bool CannotBind = false) : PoolAction;

    internal sealed record SayStopping(int Workers) : PoolAction;

    internal sealed record SayDrainBegan(TimeSpan Delay) : PoolAction;

    internal sealed record SayDrainCut : PoolAction;

    internal sealed record SayKillingAll(int Workers) : PoolAction;

    internal sealed record SayTarget(int Count, bool AtLimit, bool IsStatic = true) : PoolAction;

    internal sealed record SaySlept(TimeSpan Gap) : PoolAction;

    internal sealed record SayIgnored(string What, string Why) : PoolAction;
}
