namespace ProcManager;

/// <summary>What this process is.</summary>
public enum ProcessRole
{
    /// <summary>The process that was started: it keeps the workers alive.</summary>
    Manager,

    /// <summary>A process that the manager started: it serves.</summary>
    Worker,

    /// <summary>One plain process: <see cref="ProcessManagerOptions.ProcessCount"/> is 0.</summary>
    Unmanaged,
}

/// <summary>How a reload replaces the workers.</summary>
public enum ReloadStrategy
{
    /// <summary>A first new worker is tried; when it holds, each old worker leaves once a new one is ready. A new program that fails is taken back.</summary>
    Rolling,

    /// <summary>All workers are told to leave at once and are replaced as they end.</summary>
    AllAtOnce,
}

/// <summary>How a reload ended.</summary>
public enum ReloadOutcome
{
    /// <summary>Every worker is a new one and ready; the old ones have ended.</summary>
    Succeeded,

    /// <summary>A new worker failed, or could not be started; the old ones go on.</summary>
    Failed,

    /// <summary>The manager was told to stop while the reload was under way.</summary>
    Abandoned,
}

/// <summary>Why a worker ended, as the manager sees it.</summary>
public enum WorkerExitCause
{
    /// <summary>Not known.</summary>
    Unknown,

    /// <summary>A signal or an exit code other than 0, not asked for, after it had become ready.</summary>
    Crashed,

    /// <summary>It ended before it became ready, or called <see cref="ProcessManager.Leave"/>.</summary>
    FailedToStart,

    /// <summary>It was not ready within <see cref="ProcessManagerOptions.StartTimeout"/> and was killed.</summary>
    StartTimeout,

    /// <summary>Exit code 0, not asked for.</summary>
    LeftByItself,

    /// <summary>TERM, HUP, INT or QUIT from somebody other than the manager, or a call of <see cref="ProcessManager.Leave"/>.</summary>
    AskedByOther,

    /// <summary>It made room for a new worker in a reload.</summary>
    Reload,

    /// <summary>It was a new worker of a reload that failed.</summary>
    TakenBack,

    /// <summary>It reached <see cref="ProcessManagerOptions.MaxRequests"/>.</summary>
    RequestLimit,

    /// <summary>Fewer workers were wanted.</summary>
    ScaledDown,

    /// <summary>The manager was stopping.</summary>
    Stopped,

    /// <summary>It was told to leave, was not gone within <see cref="ProcessManagerOptions.DieTimeout"/>, and was killed.</summary>
    DieTimeout,

    /// <summary>The manager was told to stop a second time and killed it.</summary>
    KilledAtOnce,

    /// <summary>It was over <see cref="ProcessManagerOptions.MaxMemory"/>, and a collection had not helped.</summary>
    MemoryLimit,

    /// <summary>The pool was over <see cref="ProcessManagerOptions.MaxPoolMemory"/>, it was the largest, and a collection had not helped.</summary>
    PoolMemoryLimit,

    /// <summary>It reached <see cref="ProcessManagerOptions.MaxLifetime"/>.</summary>
    LifetimeLimit,

    /// <summary>It was idle for <see cref="ProcessManagerOptions.IdleTimeout"/>, or one idle worker too many.</summary>
    Idle,

    /// <summary>A request took longer than its timeout.</summary>
    Hung,

    /// <summary>It was over <see cref="ProcessManagerOptions.CpuLimit"/> or <see cref="ProcessManagerOptions.CpuTimeLimit"/>.</summary>
    CpuLimit,

    /// <summary>The kernel killed the worker (SIGKILL) because the memory of its control group, or of the machine, was used up.</summary>
    OutOfMemory,

    /// <summary>An operator asked for its replacement over the control socket.</summary>
    Recycled,
}
