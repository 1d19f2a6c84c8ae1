namespace ProcManager;

/// <summary>Looks into a hung worker. Runs in a process of its own (this program, started once more), never in the manager or a worker. See <see cref="ProcessManager.UseCapture"/>.</summary>
public interface IWorkerCapture
{
    /// <summary>Looks into one worker, which may be stopped, spinning or deadlocked.</summary>
    /// <param name="request">Which, and within which time.</param>
    /// <param name="cancellationToken">Fires when the time is over.</param>
    /// <returns>The text for the log or the file.</returns>
    string Capture(WorkerCaptureRequest request, CancellationToken cancellationToken);
}

/// <summary>Which worker is to be looked into.</summary>
/// <param name="ProcessId">Its process id.</param>
/// <param name="Timeout">How long it may take; after it the capturing process is killed.</param>
/// <param name="DumpFile">Where a dump of its memory is to be written; null: none is wanted.</param>
public sealed record WorkerCaptureRequest(int ProcessId, TimeSpan Timeout, string? DumpFile);
