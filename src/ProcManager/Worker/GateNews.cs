namespace ProcManager.Worker;

/// <summary>What ended a wait at the gate.</summary>
internal enum GateNews
{
    /// <summary>It is time to leave.</summary>
    Leave,

    /// <summary>A new connection, accepted.</summary>
    Connection,

    /// <summary>A watched descriptor has something to read.</summary>
    Readable,

    /// <summary>The wait was cancelled.</summary>
    Cancelled,

    /// <summary>Nothing came in time.</summary>
    TimedOut,
}
