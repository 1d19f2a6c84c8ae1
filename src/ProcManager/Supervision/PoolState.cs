namespace ProcManager.Supervision;

/// <summary>Where the pool is. It only ever moves down this list; a call for an earlier phase is ignored.</summary>
internal enum PoolPhase
{
    Running,
    Stopping,
    Killing,
    Ended,
}

/// <summary>Where a worker is, as the manager sees it.</summary>
internal enum WorkerPhase
{
    /// <summary>The start was ordered, its outcome is not known yet.</summary>
    Launching,

    /// <summary>The process exists and has not said that it is ready.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Serving,

    /// <summary>It was told to leave.</summary>
    Leaving,

    /// <summary>KILL was sent; it is not reaped yet.</summary>
    Killed,
}

/// <summary>One worker. <see cref="Deadline"/> belongs to the phase: start time-out, die time-out, or the next KILL.</summary>
internal sealed record WorkerState(int Slot, int Generation, TimeSpan StartedAt)
{
    internal WorkerPhase Phase { get; init; } = WorkerPhase.Launching;

    internal bool EverReady { get; init; }

    internal TimeSpan? Deadline { get; init; }

    /// <summary>Set when the worker is to be replaced (reload, request limit) and still serves until its replacement is ready.</summary>
    internal WorkerExitCause? RetireFor { get; init; }

    /// <summary>Set when the worker itself asked to be replaced. It asks once; a reload that comes in between and fails must not forget it.</summary>
    internal WorkerExitCause? AskedFor { get; init; }

    /// <summary>Set when it was told to leave or was killed: what its end will be put down to.</summary>
    internal WorkerExitCause? LeaveCause { get; init; }

    /// <summary>It was told to leave because of a reload, whatever ends it in the end.</summary>
    internal bool LeavesForReload { get; init; }

    internal bool IsLive => Phase < WorkerPhase.Leaving;

    internal bool IsRetiring => IsLive && RetireFor is not null;

    internal bool IsFresh => IsLive && RetireFor is null;

    internal bool IsServing => Phase == WorkerPhase.Serving;
}

/// <summary>A reload under way. <see cref="CanaryUntil"/>: the canary is ready and has to live till then.</summary>
internal sealed record ReloadState(int Generation, ReloadStrategy Strategy)
{
    internal bool CanaryHeld { get; init; }

    internal int? CanarySlot { get; init; }

    internal TimeSpan? CanaryUntil { get; init; }
}

/// <summary>The crash-loop engine's memory, see <see cref="CrashBreaker"/>.</summary>
internal sealed record BreakerState
{
    internal TimeSpan[] Failures { get; init; } = [];

    internal bool Open { get; init; }

    internal int Level { get; init; }

    internal TimeSpan ProbeAt { get; init; }

    /// <summary>The worker on trial: the last one started, or the first one ready, since the breaker opened.</summary>
    internal int? TrialSlot { get; init; }

    internal TimeSpan? SettledAt { get; init; }

    internal TimeSpan? LastTrip { get; init; }
}

/// <summary>All the manager knows and decides by. Immutable: <see cref="Supervisor.Decide"/> gives the next one.</summary>
internal sealed record PoolState
{
    internal required PoolPolicy Policy { get; init; }

    internal PoolPhase Phase { get; init; } = PoolPhase.Running;

    /// <summary>How many workers are wanted; TTIN, TTOU and Scale change it, a reload does not.</summary>
    internal int Target { get; init; }

    internal int Generation { get; init; } = 1;

    /// <summary>Ordered by slot. Arrays, here and in the breaker, are never written to again: a manager that stays small loads no collections for it.</summary>
    internal WorkerState[] Workers { get; init; } = [];

    internal ReloadState? Reload { get; init; }

    /// <summary>A reload was asked for while one was under way: the program may have changed since it began.</summary>
    internal bool ReloadAgain { get; init; }

    internal BreakerState Breaker { get; init; } = new();

    internal TimeSpan NextStartAt { get; init; } = TimeSpan.MinValue;

    internal bool EverReady { get; init; }

    internal bool ReadyAnnounced { get; init; }

    /// <summary>Somebody asked for the stop; a pool that gives up stops unasked.</summary>
    internal bool StopAsked { get; init; }

    internal int ExitCode { get; init; }

    /// <summary>The one deadline: when the manager must look again although nothing has happened. Null: never.</summary>
    internal TimeSpan? NextWake { get; init; }

    internal static PoolState Initial(PoolPolicy policy) => new() { Policy = policy, Target = policy.ProcessCount };
}
