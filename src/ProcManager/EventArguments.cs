namespace ProcManager;

/// <summary>A worker was started, or became ready. Raised in the manager.</summary>
/// <param name="slot">The slot.</param>
/// <param name="processId">The process id.</param>
/// <param name="generation">The generation.</param>
public sealed class WorkerEventArgs(int slot, int processId, int generation) : EventArgs
{
    /// <summary>The slot, counted from 0.</summary>
    public int Slot { get; } = slot;

    /// <summary>The process id.</summary>
    public int ProcessId { get; } = processId;

    /// <summary>1 at first, one more with each reload.</summary>
    public int Generation { get; } = generation;
}

/// <summary>A worker has ended and was reaped. Raised in the manager.</summary>
/// <param name="exit">The end.</param>
public sealed class WorkerExitedEventArgs(WorkerExit exit) : EventArgs
{
    /// <summary>The exact end.</summary>
    public WorkerExit Exit { get; } = exit;
}

/// <summary>A reload is over. Raised in the manager.</summary>
/// <param name="outcome">How it ended.</param>
/// <param name="generation">The generation it was for.</param>
/// <param name="reason">Why it failed; null when it succeeded.</param>
public sealed class ReloadFinishedEventArgs(ReloadOutcome outcome, int generation, string? reason) : EventArgs
{
    /// <summary>How it ended.</summary>
    public ReloadOutcome Outcome { get; } = outcome;

    /// <summary>The generation it was for.</summary>
    public int Generation { get; } = generation;

    /// <summary>Why it failed; null when it succeeded.</summary>
    public string? Reason { get; } = reason;
}
