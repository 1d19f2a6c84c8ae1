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

    /// <summary>It stands by: up to its first wait, stopped at the gate.</summary>
    Parked,

    /// <summary>It serves.</summary>
    Serving,

    /// <summary>It was told to leave.</summary>
    Leaving,

    /// <summary>KILL was sent; it is not reaped yet.</summary>
    Killed,

    /// <summary>Hung, out of the pool and left alive for a debugger.</summary>
    Kept,
}
