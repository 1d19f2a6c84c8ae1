namespace ProcManager.Supervision;

/// <summary>One worker. <see cref="Deadline"/> belongs to the phase: start timeout, die timeout, or the next KILL.</summary>
internal sealed record WorkerState(int Slot, int Generation, TimeSpan StartedAt)
{
    internal WorkerPhase Phase { get; init; } = WorkerPhase.Launching;

    internal bool EverReady { get; init; }

    internal TimeSpan? Deadline { get; init; }

    /// <summary>It stands by, or is to, and is none of the wanted ones until it takes over.</summary>
    internal bool Reserve { get; init; }

    /// <summary>Up to then its start takes its time, at a lower priority; null when it has a full one.</summary>
    internal TimeSpan? HurriesAt { get; init; }

    /// <summary>When the worker first said that it is ready, to serve or to stand by.</summary>
    internal TimeSpan ReadySince { get; init; }

    /// <summary>When it began to serve; one that stood by for long is fresh all the same.</summary>
    internal TimeSpan ServesSince { get; init; }

    /// <summary>Set when the worker is to be replaced (reload, a limit) and still serves until its replacement is ready.</summary>
    internal WorkerExitCause? RetireFor { get; init; }

    /// <summary>Set when it has reached a limit and waits for its turn, see <see cref="Recycling"/>. A reload that comes in between and fails must not forget it.</summary>
    internal WorkerExitCause? AskedFor { get; init; }

    internal TimeSpan AskedAt { get; init; }

    /// <summary>How much memory it used at the last sample, as a share of its limit.</summary>
    internal double MemoryShare { get; init; }

    /// <summary>Set when it was told to leave or was killed: what its end will be put down to.</summary>
    internal WorkerExitCause? LeaveCause { get; init; }

    /// <summary>It is about to end: its place is another's already, or it was to take one and cannot.</summary>
    internal bool Dying { get; init; }

    /// <summary>The worker has said that it crashes; its end is on the way.</summary>
    internal bool IsCrashing { get; init; }

    /// <summary>A dump of its memory is being written: the worker is killed at this time at the latest. Null: no dump is known of.</summary>
    internal TimeSpan? DumpUntil { get; init; }

    /// <summary>It was told to leave because of a reload, whatever ends it in the end.</summary>
    internal bool LeavesForReload { get; init; }

    /// <summary>It has failed, and <see cref="CrashBreaker"/> knows; its end adds nothing.</summary>
    internal bool FailureCounted { get; init; }

    /// <summary>KILL was sent more than once, or it was written off: it may never be reaped, so nothing waits for it.</summary>
    internal bool LetGo { get; init; }

    /// <summary>Not even the third KILL has ended the worker: the kernel holds it. The end of the pool does not wait for such a worker.</summary>
    internal bool IsWrittenOff { get; init; }

    /// <summary>It had a request at the last look of a reload.</summary>
    internal bool WasBusy { get; init; }

    /// <summary>One request a process: it was handed a connection, and has not said that it is free again.</summary>
    internal bool HasRequest { get; init; }

    /// <summary>One request a process: since when it waits for a connection.</summary>
    internal TimeSpan FreeSince { get; init; }

    internal ActivityState Activity { get; init; } = ActivityState.Unknown;

    internal HangState? Hang { get; init; }

    internal MemoryState Memory { get; init; } = MemoryState.None;

    internal RogueState? Rogue { get; init; }

    /// <summary>Neither told to leave nor killed.</summary>
    internal bool IsLive => Phase < WorkerPhase.Leaving;

    internal bool IsStandby => IsLive && Reserve;

    internal bool Belongs => IsLive && !Reserve;

    /// <summary>It hangs and is being looked into: its place is given to another at once.</summary>
    internal bool IsAway => Hang is { Step: HangStep.Capturing };

    internal bool IsInPool => Belongs && !IsAway && !Dying;

    internal bool IsRetiring => IsInPool && RetireFor is not null;

    internal bool IsFresh => IsInPool && RetireFor is null;

    internal bool IsServing => Phase == WorkerPhase.Serving;

    /// <summary>Its start has worked.</summary>
    internal bool IsUp => Phase is WorkerPhase.Parked or WorkerPhase.Serving;

    internal bool IsComing => Phase is WorkerPhase.Launching or WorkerPhase.Starting;
}
