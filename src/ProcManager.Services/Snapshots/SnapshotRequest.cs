using ProcManager.Services.Checks;

namespace ProcManager.Services.Snapshots;

/// <summary>What a snapshot is to be taken of.</summary>
/// <param name="Service">The service.</param>
/// <param name="Reason">Why it is restarted, in words.</param>
/// <param name="At">When its death was seen, UTC.</param>
/// <param name="Process">Its process, when one is known and still there.</param>
/// <param name="LogFile">Its log, or the output of its start command; null: there is none.</param>
internal sealed record SnapshotRequest(ServiceDefinition Service, string Reason, DateTimeOffset At, SeenProcess? Process, string? LogFile)
{
    /// <summary>When it must be finished, by the monotonic clock; null: the options' timeout after its begin.</summary>
    internal TimeSpan? Until { get; init; }
}

/// <summary>Takes snapshots into a folder with a size limit.</summary>
internal interface ISnapshotTaker
{
    /// <summary>Gives the folder of the snapshot, which may be incomplete after the timeout; null when nothing could be written. Never throws. Takes no longer than the options' timeout.</summary>
    Task<string?> TakeAsync(SnapshotRequest request, CancellationToken cancellationToken);
}
