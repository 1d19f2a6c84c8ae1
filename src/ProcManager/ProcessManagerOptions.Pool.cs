namespace ProcManager;

/// <content>How many workers there are, and those that stand by.</content>
public sealed partial class ProcessManagerOptions
{
    /// <summary>What the number of workers follows.</summary>
    /// <value>The default is <see cref="PoolSizing.Static"/>.</value>
    public PoolSizing Sizing { get; set; }

    /// <summary><see cref="PoolSizing.Dynamic"/>: how many workers are started first.</summary>
    /// <value>The default is null: half-way between <see cref="MinSpare"/> and <see cref="MaxSpare"/>. 1 to 2048, and not above the maximum.</value>
    public int? StartCount { get; set; }

    /// <summary><see cref="PoolSizing.Dynamic"/>: fewer idle workers than this, and more are started: 1, then 2, 4 … 32.</summary>
    /// <value>The default is null: half of a given <see cref="MaxSpare"/>; a given <see cref="StartCount"/> that stands alone; otherwise 20 % of the maximum, at least 1. 1 to 2048.</value>
    public int? MinSpare { get; set; }

    /// <summary><see cref="PoolSizing.Dynamic"/>: more idle workers than this, and one a second is told to leave.</summary>
    /// <value>The default is null: twice <see cref="StartCount"/> if that stands alone; otherwise 80 % of the maximum, at least 2. 1 to 2048, and not below <see cref="MinSpare"/>.</value>
    public int? MaxSpare { get; set; }

    /// <summary><see cref="PoolSizing.Dynamic"/> and <see cref="PoolSizing.OnDemand"/>: never more workers than this, apart from <see cref="MaxSurge"/> and <see cref="StandbyCount"/>. <see cref="PoolSizing.PerRequest"/>: never more workers with a request.</summary>
    /// <value>The default is null: <see cref="StartCount"/> and <see cref="MaxSpare"/> together if <see cref="StartCount"/> stands alone; otherwise <see cref="ProcessCount"/>. 1 to 2048.</value>
    public int? MaxCount { get; set; }

    /// <summary><see cref="PoolSizing.OnDemand"/>: a worker that has had nothing to do for so long is told to leave. <see cref="PoolSizing.PerRequest"/>: a worker that stands by beyond <see cref="StandbyCount"/>.</summary>
    /// <value>The default is 10 seconds. 10 milliseconds to 24 hours.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Workers started ahead, beside the others: they run up to their first wait for a request and stop there. When a worker is missing, one of them takes over at once. <see cref="PoolSizing.PerRequest"/>: how many workers wait for a connection; with 0 a worker is started when a connection waits.</summary>
    /// <value>The default is null: 0, and with <see cref="PoolSizing.PerRequest"/> a fifth of the maximum, at least 2. 0 to 2048, and not above the maximum.</value>
    public int? StandbyCount { get; set; }

    /// <summary>
    /// How long a worker that is started ahead of need (a standby worker, or a replacement for a worker that still serves) may run at low priority, so that requests do not wait behind its start: nice value 19 and, since
    /// Linux 6.12, the shortest time slice, see sched_setattr(2). Shorter in large pools: a minute for all workers together; and at most a quarter of <see cref="StartTimeout"/>. It takes the right to raise the priority again
    /// (CAP_SYS_NICE, or an RLIMIT_NICE that allows it); without that right every start has its full share.
    /// </summary>
    /// <value>The default is 5 seconds. Zero (never) to 1 hour.</value>
    public TimeSpan StartLeisure { get; set; } = TimeSpan.FromSeconds(5);
}
