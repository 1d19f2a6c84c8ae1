using ProcManager.Services.Checks;

namespace ProcManager.Services.Supervision;

/// <summary>What has happened to one service.</summary>
internal abstract record ServiceEvent
{
    private ServiceEvent()
    {
    }

    /// <summary>The keeper has begun to keep the service.</summary>
    /// <param name="Process">The process that an earlier keeper has started and that still runs: the service itself when it is a foreground one, otherwise its start command.</param>
    /// <param name="IsPaused">The service was paused before.</param>
    /// <param name="LookOffset">See <see cref="ServiceCondition.LookOffset"/>.</param>
    /// <param name="IsOnce">A start that fails is not tried again.</param>
    internal sealed record Begun(SeenProcess? Process, bool IsPaused, TimeSpan LookOffset, bool IsOnce) : ServiceEvent
    {
        /// <summary>The pause is a stop of an operator's.</summary>
        internal bool IsHalted { get; init; }

        /// <summary>That stop was not at its end.</summary>
        internal bool Halts { get; init; }

        /// <summary>The process that a check has named last, for an earlier keeper; of a detached service.</summary>
        internal SeenProcess? LastProcess { get; init; }

        /// <summary>What that process has left was told to end.</summary>
        internal bool LeftoversAsked { get; init; }
    }

    /// <summary>A deadline may be over.</summary>
    internal sealed record Tick : ServiceEvent;

    /// <summary>The keeper did not run for a while, as after STOP: what it could not see does not count as lateness.</summary>
    internal sealed record Slept(TimeSpan Gap) : ServiceEvent;

    /// <summary>A look is done; one result for each check.</summary>
    internal sealed record Looked(int Number, IReadOnlyList<CheckResult> Results) : ServiceEvent;

    /// <summary>The start command runs.</summary>
    internal sealed record Launched(int Run, SeenProcess Process) : ServiceEvent;

    /// <summary>The start command could not be run.</summary>
    internal sealed record LaunchFailed(int Run, string Reason) : ServiceEvent;

    /// <summary>The process of the start command has ended.</summary>
    /// <param name="Run">The number of the start.</param>
    /// <param name="How">How, in words: "exited with code 1".</param>
    /// <param name="IsFailure">It ended in another way than with exit code 0.</param>
    internal sealed record Ended(int Run, string How, bool IsFailure) : ServiceEvent;

    /// <summary>The process of a detached service that is being stopped has ended.</summary>
    internal sealed record ProcessGone(SeenProcess Process) : ServiceEvent;

    /// <summary>A process of the group that this one has led got TERM or KILL before a start.</summary>
    internal sealed record AskedLeftovers(SeenProcess Leader) : ServiceEvent;

    /// <summary>The stop command has ended.</summary>
    internal sealed record StopCommandEnded(bool IsFailure) : ServiceEvent;

    /// <summary>The snapshot is taken, or given up.</summary>
    internal sealed record SnapshotTaken(int Number) : ServiceEvent;

    /// <summary>Another dependency is not up, or all are.</summary>
    internal sealed record DependenciesChanged(string? WaitsFor) : ServiceEvent;

    /// <summary>The definition is another one from now on.</summary>
    internal sealed record DefinitionChanged : ServiceEvent;

    internal sealed record PauseRequested : ServiceEvent;

    internal sealed record ResumeRequested : ServiceEvent;

    internal sealed record RestartRequested : ServiceEvent;

    /// <summary>An operator stops this service; the keeper goes on.</summary>
    internal sealed record HaltRequested : ServiceEvent;

    /// <summary>The keeper ends.</summary>
    internal sealed record StopRequested : ServiceEvent;
}
