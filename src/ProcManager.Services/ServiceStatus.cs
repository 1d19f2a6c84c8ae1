namespace ProcManager.Services;

/// <summary>What a service does.</summary>
public enum ServiceState
{
    /// <summary>The keeper has not looked for the service yet.</summary>
    Unknown,

    /// <summary>The service was found down. The keeper prepares its restart: it takes a snapshot.</summary>
    Down,

    /// <summary>The service is down and waits for a service that it depends on.</summary>
    Waiting,

    /// <summary>The start command was run; the checks have not passed yet.</summary>
    Starting,

    /// <summary>The service runs.</summary>
    Up,

    /// <summary>The service runs, but a check has failed, not yet often enough to restart it.</summary>
    Failing,

    /// <summary>The service is being stopped.</summary>
    Stopping,

    /// <summary>The service is down; the next start waits for its delay.</summary>
    BackingOff,

    /// <summary>The keeper has given the service up.</summary>
    GivenUp,

    /// <summary>An operator has paused the service: the keeper neither looks for it nor starts it. It may run.</summary>
    Paused,

    /// <summary>The keeper was stopped, and with it this foreground service.</summary>
    Stopped,
}

/// <summary>What the keeper knows of a service at one moment.</summary>
/// <param name="Name">The service.</param>
/// <param name="Kind">How it belongs to the keeper.</param>
/// <param name="State">What it does.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Pid">The process, where it is known.</param>
/// <param name="Restarts">How often this keeper has restarted it.</param>
/// <param name="Reason">Why it is in this state, in words; empty when there is nothing to say.</param>
/// <param name="LastDeath">The last death that the keeper saw; null: none.</param>
public sealed record ServiceStatus(string Name, ServiceKind Kind, ServiceState State, DateTimeOffset Since, int? Pid, long Restarts, string Reason, ServiceDeath? LastDeath);

/// <summary>How a service died.</summary>
/// <param name="At">When the keeper saw it, UTC.</param>
/// <param name="Reason">How, in words: an exit code, a signal, the check that failed.</param>
/// <param name="Snapshot">The folder of the snapshot that was taken; null: none.</param>
public sealed record ServiceDeath(DateTimeOffset At, string Reason, string? Snapshot);
