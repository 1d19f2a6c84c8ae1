namespace ProcManager;

/// <summary>What the number of workers follows.</summary>
public enum PoolSizing
{
    /// <summary>Always <see cref="ProcessManagerOptions.ProcessCount"/>.</summary>
    Static,

    /// <summary>As many as keep between <see cref="ProcessManagerOptions.MinSpare"/> and <see cref="ProcessManagerOptions.MaxSpare"/> of them idle.</summary>
    Dynamic,

    /// <summary>None until a connection waits; workers that stay idle leave.</summary>
    OnDemand,

    /// <summary>
    /// One request, one process: the manager accepts, and hands each connection to a worker that waits ready-started. The worker serves up to <see cref="ProcessManagerOptions.MaxRequests"/> requests (1 when that is 0) and ends.
    /// At most <see cref="ProcessManagerOptions.MaxCount"/> workers have a request; <see cref="ProcessManagerOptions.StandbyCount"/> wait beside them. A change to this or from this takes a restart of the manager.
    /// </summary>
    PerRequest,
}

/// <summary>How a process's memory is measured, see proc(5).</summary>
public enum MemoryMeasure
{
    /// <summary>What is its own and no file's: resident less shared, of <c>/proc/PID/statm</c> (RssAnon). Cheap, and what replacing the worker gives back.</summary>
    Private,

    /// <summary>All that is resident; what workers share is counted in each (RSS).</summary>
    Resident,

    /// <summary>Resident, shared pages divided by their sharers: Pss of <c>/proc/PID/smaps_rollup</c>. Costs the kernel a walk through all pages.</summary>
    Proportional,

    /// <summary>Address space. The runtime reserves 256 GiB of it and more, so it says little.</summary>
    Virtual,
}

/// <summary>What is done about a hung worker; a set of these makes a ladder, climbed in this order.</summary>
[Flags]
public enum WatchdogSteps
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A line in the log: how it hangs, since when, the request and its client.</summary>
    Log = 1,

    /// <summary>Its stacks: by <see cref="ProcessManager.UseCapture"/>, or else what <c>/proc</c> tells of its threads. At most two workers are looked into at once; the others get the latter.</summary>
    Capture = 2,

    /// <summary>A dump of its memory; needs <see cref="ProcessManager.UseCapture"/>. At most two are written at once, further workers get none.</summary>
    Dump = 4,

    /// <summary>TERM, and <see cref="ProcessManagerOptions.WatchdogGrace"/> to follow it.</summary>
    Terminate = 8,

    /// <summary>KILL.</summary>
    Kill = 16,

    /// <summary>Instead of a kill: it is taken out of the pool and left alive, for a debugger.</summary>
    Keep = 32,
}

/// <summary>What a hung worker does.</summary>
public enum HangKind
{
    /// <summary>It burns processor time.</summary>
    Spinning,

    /// <summary>It waits: for a lock, a lost answer, a sleep.</summary>
    Blocked,

    /// <summary>It was stopped (STOP, a debugger); it does nothing until it is continued.</summary>
    Stopped,

    /// <summary>It is stuck inside the kernel, often on a disk or a network file system; not even KILL ends it before that is over.</summary>
    Uninterruptible,
}
