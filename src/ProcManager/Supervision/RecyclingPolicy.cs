namespace ProcManager.Supervision;

/// <summary>The numbers of <see cref="Recycling"/>.</summary>
internal sealed record RecyclingPolicy
{
    internal int MaxRequests { get; init; }

    internal TimeSpan? MaxLifetime { get; init; }

    internal TimeSpan LifetimeJitter { get; init; }

    internal int MaxUnavailable { get; init; }

    internal TimeSpan Interval { get; init; }

    internal TimeSpan Ceiling { get; init; } = TimeSpan.FromMinutes(5);

    internal static RecyclingPolicy From(ProcessManagerOptions options) => new()
    {
        MaxRequests = options.MaxRequests,
        MaxLifetime = options.MaxLifetime,
        LifetimeJitter = options.MaxLifetimeJitter,
        MaxUnavailable = options.MaxUnavailable,
        Interval = options.RecycleInterval,
        Ceiling = options.RecycleCeiling,
    };
}

/// <summary>The numbers of <see cref="MemoryWatch"/>.</summary>
internal sealed record MemoryPolicy
{
    internal long WorkerLimit { get; init; }

    internal long PoolLimit { get; init; }

    internal int Samples { get; init; } = 3;

    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan MinLifetime { get; init; }

    internal bool IsOn => WorkerLimit > 0 || PoolLimit > 0;

    internal static MemoryPolicy From(ProcessManagerOptions options) => new()
    {
        WorkerLimit = options.MaxMemory,
        PoolLimit = options.MaxPoolMemory,
        Samples = options.MemorySamples,
        Interval = options.MemoryInterval,
        MinLifetime = options.MinLifetime,
    };

    /// <summary>So many may have a worker's memory at once: those that serve, their replacements, and those that stand by.</summary>
    internal static int MostWorkers(ProcessManagerOptions options) => DemandPolicy.From(options).Most + options.MaxSurge + DemandPolicy.StandbyOf(options);

    /// <summary>So many there are at least once the pool is up, though nobody has asked anything.</summary>
    internal static int LeastWorkers(ProcessManagerOptions options)
    {
        DemandPolicy demand = DemandPolicy.From(options);
        return Math.Max(1, Math.Max(demand.First, Math.Min(demand.MinSpare, demand.Most))) + DemandPolicy.StandbyOf(options);
    }
}

/// <summary>The numbers of <see cref="RogueWatch"/>.</summary>
internal sealed record RoguePolicy
{
    internal TimeSpan RequestLimit { get; init; }

    internal TimeSpan LifeLimit { get; init; }

    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The workers handle none: INT and TERM would end them in the middle of a request.</summary>
    internal bool NoSignals { get; init; }

    internal bool IsOn => RequestLimit > TimeSpan.Zero || LifeLimit > TimeSpan.Zero;

    internal static RoguePolicy From(ProcessManagerOptions options) => new()
    {
        RequestLimit = options.CpuLimit,
        LifeLimit = options.CpuTimeLimit,
        Interval = options.RogueInterval,
        NoSignals = options.NoSignals,
    };
}
