namespace ProcManager.Services;

/// <summary>Is told when a service changes its state: once per change, and once while a service flaps. Keeper's process; calls come one after the other, on a thread of the pool.</summary>
public interface IServiceNotifier
{
    /// <summary>Tells of one change. What it throws is logged, and the keeper goes on.</summary>
    /// <param name="notice">What has changed.</param>
    /// <param name="cancellationToken">Cancelled when the keeper ends, and after 30 seconds. A call that goes on nevertheless is no longer waited for, and until it has ended this notifier is told nothing more.</param>
    Task NotifyAsync(ServiceNotice notice, CancellationToken cancellationToken);
}

/// <summary>What has changed about a service.</summary>
public enum ServiceChange
{
    /// <summary>The service was found down; the keeper restarts it.</summary>
    Down,

    /// <summary>The service is up again.</summary>
    Recovered,

    /// <summary>A start of the service has failed. Told once until it is up again.</summary>
    StartFailed,

    /// <summary>The service goes down again and again. Told once until it has been up for its <see cref="ServiceBackoff.ResetAfter"/>.</summary>
    Flapping,

    /// <summary>The keeper has given the service up.</summary>
    GivenUp,
}

/// <summary>A change that is told.</summary>
/// <param name="Service">The service.</param>
/// <param name="Change">What has changed.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Snapshot">The folder of the snapshot; null: none was taken.</param>
/// <param name="Restarts">How often this keeper has restarted the service.</param>
/// <param name="Output">The last lines that the service or its start command has written; empty: none.</param>
public sealed record ServiceNotice(string Service, ServiceChange Change, DateTimeOffset At, string Reason, string? Snapshot, long Restarts, string Output);
