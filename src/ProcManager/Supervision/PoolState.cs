namespace ProcManager.Supervision;

/// <summary>A reload under way. <see cref="CanaryUntil"/>: the canary is ready and has to live till then.</summary>
internal sealed record ReloadState(int Generation, ReloadStrategy Strategy)
{
    internal bool CanaryHeld { get; init; }

    internal int? CanarySlot { get; init; }

    internal TimeSpan? CanaryUntil { get; init; }

    /// <summary>So many workers are still leaving for the reload, no more and no fewer since <see cref="LeavingSince"/>.</summary>
    internal int Leaving { get; init; }

    internal TimeSpan LeavingSince { get; init; }

    /// <summary>A line has said that the reload waits for them.</summary>
    internal bool WaitIsTold { get; init; }

    /// <summary>How many of the new workers have served and left by their own call before a new worker has held.</summary>
    internal int LeftOnTrial { get; init; }
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

    /// <summary>How many workers are wanted now. Static: the same as <see cref="Most"/>; otherwise <see cref="Demand"/> moves it.</summary>
    internal int Target { get; init; }

    /// <summary>How many workers may be wanted; TTIN, TTOU and Scale change it, a reload does not.</summary>
    internal int Most { get; init; }

    internal int Generation { get; init; } = 1;

    /// <summary>Ordered by slot. Arrays, here and in the breaker, are never written to again: a manager that stays small loads no collections for it.</summary>
    internal WorkerState[] Workers { get; init; } = [];

    internal ReloadState? Reload { get; init; }

    /// <summary>A reload was asked for while one was under way: the program may have changed since it began.</summary>
    internal bool ReloadAgain { get; init; }

    internal BreakerState Breaker { get; init; } = new();

    internal TimeSpan NextStartAt { get; init; } = TimeSpan.MinValue;

    internal bool EverReady { get; init; }

    /// <summary>A worker that had served has ended.</summary>
    internal bool EverServed { get; init; }

    internal bool ReadyAnnounced { get; init; }

    /// <summary>No worker is started to stand by before.</summary>
    internal TimeSpan NextStandbyAt { get; init; } = TimeSpan.MinValue;

    internal DemandState Demand { get; init; } = new();

    internal PerRequestState PerRequest { get; init; } = new();

    internal FullQueuesState FullQueues { get; init; } = new();

    /// <summary>No worker accepts connections, see <see cref="OperatorPause"/>. A reload does not change it.</summary>
    internal bool IsPaused { get; init; }

    internal LookTimes Looks { get; init; } = new();

    /// <summary>Nobody is found hung before: the manager itself was away.</summary>
    internal TimeSpan WatchFrom { get; init; } = TimeSpan.MinValue;

    /// <summary>When it was away.</summary>
    internal AwayTime[] Away { get; init; } = [];

    internal TimeSpan NextRecycleAt { get; init; } = TimeSpan.MinValue;

    internal PoolMemoryState Memory { get; init; } = new();

    /// <summary>Children of the host that were handed over.</summary>
    internal AdoptedState[] Adopted { get; init; } = [];

    /// <summary>Somebody asked for the stop; a pool that gives up stops unasked.</summary>
    internal bool StopAsked { get; init; }

    /// <summary>The pool was told to stop, serves on until then, and stops. Null: neither, or the stop has begun. See <see cref="DrainPolicy"/>.</summary>
    internal TimeSpan? DrainUntil { get; init; }

    /// <summary>No order changes the pool any more: it stops, or is about to.</summary>
    internal bool IsStopping => Phase != PoolPhase.Running || DrainUntil is not null;

    internal int ExitCode { get; init; }

    internal RestartStep Restart { get; init; }

    /// <summary>When the trial of a restart in place is given up; null: none is under way, or it has no limit.</summary>
    internal TimeSpan? RestartBy { get; init; }

    /// <summary>The one deadline: when the manager must look again although nothing has happened. Null: never.</summary>
    internal TimeSpan? NextWake { get; init; }

    internal static PoolState Initial(PoolPolicy policy) => new() { Policy = policy, Target = policy.Demand.First, Most = policy.Demand.Most };
}
