namespace ProcManager.Supervision;

/// <summary>The numbers of <see cref="Demand"/>, and the laws by which those that were not given follow from those that were.</summary>
internal sealed record DemandPolicy
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestLook = TimeSpan.FromMilliseconds(10);

    internal PoolSizing Sizing { get; init; }

    internal int First { get; init; } = 1;

    internal int MinSpare { get; init; }

    internal int MaxSpare { get; init; }

    internal int Most { get; init; } = 1;

    internal TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Null: nobody has to be looked at.</summary>
    internal TimeSpan? Interval => Sizing switch
    {
        PoolSizing.Dynamic => Second,
        PoolSizing.OnDemand => TimeSpan.FromTicks(Math.Clamp(IdleTimeout.Ticks / 4, ShortestLook.Ticks, Second.Ticks)),
        _ => null,
    };

    internal static DemandPolicy From(ProcessManagerOptions options) => options.Sizing switch
    {
        PoolSizing.Dynamic => Dynamic(options),
        PoolSizing.OnDemand => new DemandPolicy
        {
            Sizing = PoolSizing.OnDemand,
            First = 0,
            Most = options.MaxCount ?? options.ProcessCount,
            IdleTimeout = options.IdleTimeout,
        },
        PoolSizing.PerRequest => new DemandPolicy
        {
            Sizing = PoolSizing.PerRequest,
            First = 0,
            Most = options.MaxCount ?? options.ProcessCount,
            IdleTimeout = options.IdleTimeout,
        },
        _ => new DemandPolicy { First = options.ProcessCount, Most = options.ProcessCount },
    };

    /// <summary>How many workers stand by, where that was not given. One request a process: a fifth of the maximum, at least 2, at most the maximum.</summary>
    internal static int StandbyOf(ProcessManagerOptions options)
    {
        if (options.StandbyCount is { } given)
        {
            return given;
        }

        int most = options.MaxCount ?? options.ProcessCount;
        return options.Sizing == PoolSizing.PerRequest ? Math.Min(most, Math.Max(2, most / 5)) : 0;
    }

    private static DemandPolicy Dynamic(ProcessManagerOptions options)
    {
        bool startAlone = options is { StartCount: not null, MinSpare: null, MaxSpare: null, MaxCount: null };
        int start = options.StartCount ?? 0;
        int? maxSpare = startAlone ? 2 * start : options.MaxSpare;
        int most = startAlone ? start + (2 * start) : options.MaxCount ?? options.ProcessCount;
        int minSpare = options.MinSpare ?? (startAlone ? start : maxSpare is { } given ? Math.Max(1, given / 2) : Math.Max(1, most / 5));
        int spare = maxSpare ?? Math.Max(Math.Max(2, most * 4 / 5), minSpare);
        return new DemandPolicy
        {
            Sizing = PoolSizing.Dynamic,
            MinSpare = minSpare,
            MaxSpare = spare,
            Most = Math.Min(most, Limits.MaxProcessCount),
            First = options.StartCount ?? Math.Clamp(minSpare + ((spare - minSpare) / 2), 1, Math.Max(1, most)),
        };
    }
}
