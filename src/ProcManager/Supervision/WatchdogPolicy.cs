namespace ProcManager.Supervision;

/// <summary>The numbers of <see cref="Watchdog"/> and of its ladder.</summary>
internal sealed record WatchdogPolicy
{
    private const int LooksInALimit = 12;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    internal TimeSpan Limit { get; init; }

    internal TimeSpan LongLimit { get; init; }

    internal TimeSpan SoftLimit { get; init; }

    /// <summary>Null: nobody is looked at.</summary>
    internal TimeSpan? Interval { get; init; }

    internal WatchdogSteps Ladder { get; init; } = WatchdogSteps.Kill;

    internal TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan CaptureTimeout { get; init; } = TimeSpan.FromSeconds(10);

    internal int KeepLimit { get; init; } = 1;

    internal static WatchdogPolicy From(ProcessManagerOptions options) => new()
    {
        Limit = options.RequestTimeout,
        LongLimit = options.LongRequestTimeout,
        SoftLimit = options.SoftRequestTimeout,
        Interval = IntervalOf(options),
        Ladder = options.WatchdogLadder,
        Grace = options.WatchdogGrace,
        CaptureTimeout = options.CaptureTimeout,
        KeepLimit = options.KeepLimit,
    };

    /// <summary>The shortest of the limits that are on; null when none is.</summary>
    internal static TimeSpan? Tightest(ProcessManagerOptions options)
    {
        TimeSpan? tightest = null;
        foreach (TimeSpan limit in new[] { options.RequestTimeout, options.LongRequestTimeout, options.SoftRequestTimeout })
        {
            tightest = limit > TimeSpan.Zero && !(tightest < limit) ? limit : tightest;
        }

        return tightest;
    }

    /// <summary>Requests with a limit of their own are looked after too, when an interval is given.</summary>
    private static TimeSpan? IntervalOf(ProcessManagerOptions options)
    {
        if (options.WatchdogInterval is not null || Tightest(options) is not { } tightest)
        {
            return options.WatchdogInterval;
        }

        TimeSpan interval = tightest / LooksInALimit;
        return interval < Shortest ? Shortest : interval > Longest ? Longest : interval;
    }
}
