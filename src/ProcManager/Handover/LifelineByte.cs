namespace ProcManager.Handover;

/// <summary>
/// What goes over a worker's lifeline, a byte each. Either end reads end-of-file when the other process is gone, for whatever reason.
/// </summary>
internal static class LifelineByte
{
    // manager to worker

    /// <summary>Leave: finish what is under way, take nothing new.</summary>
    internal const byte Drain = (byte)'D';

    /// <summary>Begin to serve: no more standing by.</summary>
    internal const byte TakeOver = (byte)'A';

    /// <summary>Collect all garbage.</summary>
    internal const byte Collect = (byte)'G';

    /// <summary>A connection waits, and the wake-up for it may have gone to a worker that ended.</summary>
    internal const byte LookAgain = (byte)'W';

    /// <summary>Requests have reached their soft timeout; the slot's first line says which.</summary>
    internal const byte SoftTimeout = (byte)'S';

    /// <summary>The manager has changed what an operator sets (pause, log level) in the slot's first line. An older worker goes on as before.</summary>
    internal const byte Settings = (byte)'N';

    // worker to manager

    /// <summary>Standing by at the gate.</summary>
    internal const byte Parked = (byte)'P';

    /// <summary>The whole pool is to stop.</summary>
    internal const byte Shutdown = (byte)'Q';

    /// <summary>The first request is being waited for.</summary>
    internal const byte Ready = (byte)'R';

    /// <summary>The request limit is reached; serving on until told to leave.</summary>
    internal const byte RequestLimit = (byte)'L';

    /// <summary>Leaving by the host's own call. <see cref="Leaving"/> follows, for a manager that is older than this word.</summary>
    internal const byte OwnCall = (byte)'H';

    /// <summary>An exception has no handler: the process ends when the runtime has written the stack, and the dump if any.</summary>
    internal const byte Crash = (byte)'C';

    /// <summary>As <see cref="Crash"/>; the exception says that a socket could not be bound.</summary>
    internal const byte CannotBind = (byte)'B';

    /// <summary>One request a process: the worker waits for another connection.</summary>
    internal const byte Free = (byte)'F';

    /// <summary>One request a process: the worker has answered the last request that it may have, and ends.</summary>
    internal const byte LastServed = (byte)'E';

    /// <summary>Leaving without having been told: somebody else's signal, or the host's own call.</summary>
    internal const byte Leaving = (byte)'X';
}
