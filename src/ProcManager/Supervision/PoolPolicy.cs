namespace ProcManager.Supervision;

/// <summary>The options as they were when managing began.</summary>
internal sealed record PoolPolicy
{
    internal TimeSpan StartDelay { get; init; }

    internal TimeSpan? StartTimeout { get; init; }

    internal TimeSpan? DieTimeout { get; init; }

    internal TimeSpan DrainDelay { get; init; }

    internal ReloadStrategy ReloadStrategy { get; init; }

    internal TimeSpan CanaryTime { get; init; }

    internal int MaxSurge { get; init; } = 1;

    internal int CrashLimit { get; init; } = 10;

    internal TimeSpan CrashWindow { get; init; } = TimeSpan.FromSeconds(10);

    internal TimeSpan MaxRestartDelay { get; init; } = TimeSpan.FromSeconds(30);

    internal int MaxSlots { get; init; } = Limits.MaxSlots;

    internal int StandbyCount { get; init; }

    /// <summary>How many standby workers start at once, in a pool of one request a process.</summary>
    internal int Processors { get; init; } = 1;

    /// <summary>From a take-over to the start of the next one to stand by: a start takes a processor for a while, which the one that has just taken over needs more.</summary>
    internal TimeSpan StandbyDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>One request a process: from a hand-over to the start of the next standby worker, while most of them still wait. The request has the processors to itself meanwhile: on CoreCLR its first byte comes after 2.7 ms at 90 %, not 5.2.</summary>
    internal TimeSpan HandPause { get; init; } = TimeSpan.FromMilliseconds(3);

    internal TimeSpan StartLeisure { get; init; } = TimeSpan.FromSeconds(5);

    internal DemandPolicy Demand { get; init; } = new();

    internal RecyclingPolicy Recycling { get; init; } = new();

    internal MemoryPolicy Memory { get; init; } = new();

    internal WatchdogPolicy Watchdog { get; init; } = new();

    internal RoguePolicy Rogues { get; init; } = new();

    /// <summary>How often the workers are looked at for a crash that is known by its dump only; null: the runtime writes no dumps.</summary>
    internal TimeSpan? DumpInterval { get; init; }

    internal static PoolPolicy From(ProcessManagerOptions options) => new()
    {
        StartDelay = options.StartDelay,
        StartTimeout = options.StartTimeout,
        DieTimeout = options.DieTimeout,
        DrainDelay = options.DrainDelay,
        ReloadStrategy = options.ReloadStrategy,
        CanaryTime = options.CanaryTime,
        MaxSurge = options.MaxSurge,
        CrashLimit = options.CrashLimit,
        CrashWindow = options.CrashWindow,
        MaxRestartDelay = options.MaxRestartDelay,
        StandbyCount = DemandPolicy.StandbyOf(options),
        StartLeisure = options.StartLeisure,
        Demand = DemandPolicy.From(options),
        Recycling = RecyclingPolicy.From(options),
        Memory = MemoryPolicy.From(options),
        Watchdog = WatchdogPolicy.From(options),
        Rogues = RoguePolicy.From(options),
    };
}
