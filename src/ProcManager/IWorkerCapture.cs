namespace ProcManager;

/// <summary>Looks into a worker that no longer answers, before it is ended. Given to <c>ProcessManager.UseCapture</c>.</summary>
public interface IWorkerCapture
{
    /// <summary>Runs in a process of its own (this program, started once more), never in the manager or a worker. Returns the text for the log or the file.</summary>
    /// <param name="request">Which worker, and how long it may take.</param>
    /// <param name="cancellationToken">Fires when nobody waits for the text any more.</param>
    string Capture(WorkerCaptureRequest request, CancellationToken cancellationToken);
}

/// <summary>What the manager asks an <see cref="IWorkerCapture"/> for.</summary>
/// <param name="ProcessId">The process id of the worker.</param>
/// <param name="Timeout">The longest it may take; the worker waits for its end meanwhile.</param>
/// <param name="DumpFile">Where to write a dump of the worker; null when none is wanted.</param>
public sealed record WorkerCaptureRequest(int ProcessId, TimeSpan Timeout, string? DumpFile);
