using System.Collections.Immutable;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Supervision;

/// <summary>What follows when a stop is complete.</summary>
internal enum AfterStop
{
    /// <summary>A start after its delay.</summary>
    BackOff,

    /// <summary>A start at once: an operator asked for it.</summary>
    Restart,

    /// <summary>No start: the service is given up.</summary>
    GiveUp,

    /// <summary>No start: an operator has stopped the service.</summary>
    Pause,

    /// <summary>No start: the keeper ends.</summary>
    End,
}

/// <summary>What the brain knows of one service. Times are monotonic, so a wall clock that is set changes nothing.</summary>
internal sealed record ServiceCondition
{
    internal ServiceState State { get; init; }

    /// <summary>When the service came into this state.</summary>
    internal TimeSpan Since { get; init; }

    internal string Reason { get; init; } = "";

    /// <summary>Looks are made at the times that leave this remainder when divided by the interval, so that services look at different times.</summary>
    internal TimeSpan LookOffset { get; init; }

    /// <summary>A start that fails is not tried again.</summary>
    internal bool IsOnce { get; init; }

    /// <summary>The number of the last look; the result of an earlier one does not count.</summary>
    internal int LookNumber { get; init; }

    internal bool IsLooking { get; init; }

    /// <summary>An operator wants a restart; the look under way tells what is to be stopped before it.</summary>
    internal bool RestartsAfterLook { get; init; }

    /// <summary>An operator stops the service; the look under way tells what is to be stopped.</summary>
    internal bool StopsAfterLook { get; init; }

    /// <summary>The stop command has ended, and looks tell whether the service runs all the same.</summary>
    internal bool LooksAfterStop { get; init; }

    /// <summary>The look under way decides whether the stop command has stopped the service.</summary>
    internal bool IsLastLook { get; init; }

    /// <summary>Only looks tell whether the stop command has stopped the service: no process of it is watched.</summary>
    internal bool IsStopUnseen { get; init; }

    internal TimeSpan? LookAt { get; init; }

    /// <summary>When a look that is under way counts as failed.</summary>
    internal TimeSpan? LookDeadline { get; init; }

    /// <summary>After a start: the time to the next look, which grows.</summary>
    internal TimeSpan LookPause { get; init; }

    /// <summary>Failures in a row of each check.</summary>
    internal ImmutableArray<int> Failures { get; init; } = [];

    /// <summary>What the last failing check has seen.</summary>
    internal string Seen { get; init; } = "";

    /// <summary>The number of the last start; an event of an earlier one does not count. It only grows while the keeper runs, also when the service leaves the definitions and comes back.</summary>
    internal int Run { get; init; }

    /// <summary>The number of the last start before this keeping of the service.</summary>
    internal int RunsBefore { get; init; }

    internal bool IsLaunching { get; init; }

    /// <summary>The process that the last start command has made runs. Of a foreground service it is the service.</summary>
    internal bool HasChild { get; init; }

    /// <summary>The service's process, where it is known.</summary>
    internal SeenProcess? Process { get; init; }

    /// <summary>The last process that a check has named, of a detached service.</summary>
    internal SeenProcess? LastProcess { get; init; }

    /// <summary>What <see cref="LastProcess"/> has left was told to end (TERM) before a start; before the next one it gets KILL.</summary>
    internal bool LeftoversAsked => LastProcess is { } last && LeftoversAskedOf == last;

    /// <summary>The process whose leftovers got TERM.</summary>
    internal SeenProcess? LeftoversAskedOf { get; init; }

    /// <summary>Of a detached service: some check has passed in the last look, although others failed and none has named a process.</summary>
    internal bool SomethingRuns { get; init; }

    /// <summary>An operator has stopped it, and it was not up since: that it does not run is no news.</summary>
    internal bool WasHalted { get; init; }

    /// <summary>An operator has stopped it, so it is paused.</summary>
    internal bool IsHalted { get; init; }

    internal TimeSpan? UpSince { get; init; }

    internal bool WasUp { get; init; }

    /// <summary>As <see cref="WasUp"/>, also when an operator's order has begun anew.</summary>
    internal bool WasEverUp { get; init; }

    /// <summary>The service has not been up since a death that is remembered with its snapshot; starts that fail meanwhile do not replace it.</summary>
    internal bool IsDeathKnown { get; init; }

    /// <summary>When something must happen in this state: a delay ends, or a start or a stop has taken too long.</summary>
    internal TimeSpan? Deadline { get; init; }

    /// <summary>Failures in a row; the delay before the next start grows with them.</summary>
    internal int Streak { get; init; }

    internal ImmutableArray<TimeSpan> Restarts { get; init; } = [];

    internal ImmutableArray<TimeSpan> Downs { get; init; } = [];

    internal bool IsFlapping { get; init; }

    /// <summary>The last bad news that was told; null: none since the service was up.</summary>
    internal ServiceChange? Told { get; init; }

    internal long RestartCount { get; init; }

    internal AfterStop AfterStop { get; init; }

    internal bool KillSent { get; init; }

    internal bool StopCommandRuns { get; init; }

    internal int SnapshotNumber { get; init; }

    /// <summary>How long a snapshot may take.</summary>
    internal TimeSpan SnapshotTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal bool IsPaused { get; init; }

    internal bool KeeperStops { get; init; }

    /// <summary>The dependency that is not up; null: none.</summary>
    internal string? WaitsFor { get; init; }

    /// <summary>The keeper stops and need not wait for this service (any more).</summary>
    internal bool IsOver(ServiceKind kind) => KeeperStops && !IsLaunching && (kind == ServiceKind.Foreground ? State == ServiceState.Stopped : State != ServiceState.Stopping);

    internal bool IsUp => State is ServiceState.Up or ServiceState.Failing;

    /// <summary>The process of this start is awaited.</summary>
    internal bool Awaits(int run) => IsLaunching && Run == run;

    /// <summary>Services that depend on this one wait for it. A paused one comes up when an operator wants it, which may be never.</summary>
    internal bool IsWaitedFor => !IsUp && State != ServiceState.Paused;

    /// <summary>Nothing of the service is left to end.</summary>
    internal bool IsGone => !HasChild && !IsLaunching && !StopCommandRuns && Process is null;

    /// <summary>When a service that has been up so long counts as calm; null: it does already.</summary>
    internal TimeSpan? CalmAt(ServiceDefinition definition) => UpSince is { } up && (Streak > 0 || IsFlapping) ? up + definition.Backoff.ResetAfter : null;

    /// <summary>When the brain is to be asked again; null: not before something happens.</summary>
    internal TimeSpan? WakeAt(ServiceDefinition definition) =>
        IsOver(definition.Kind) ? null : Earliest(Earliest(Deadline, IsLooking ? LookDeadline : LookAt), CalmAt(definition));

    private static TimeSpan? Earliest(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;
}
