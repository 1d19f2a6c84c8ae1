using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>Policies as nobody would combine them. Each watch is on in a part of the walks only, so that a pool without any is walked too.</summary>
internal static class AnyPolicies
{
    internal static PoolPolicy Any(Random random) => new()
    {
        Demand = Demand(random),
        Processors = random.Next(1, 5),
        StandbyCount = random.Next(3) == 0 ? random.Next(1, 4) : 0,
        StartDelay = Time(random, 0, 0, 0.5, 3),
        StartTimeout = random.Next(5) == 0 ? null : Time(random, 1, 10, 60),
        DieTimeout = random.Next(5) == 0 ? null : Time(random, 1, 10, 60),
        DrainDelay = random.Next(3) == 0 ? Time(random, 0.1, 5, 60) : TimeSpan.Zero,
        ReloadStrategy = random.Next(3) == 0 ? ReloadStrategy.AllAtOnce : ReloadStrategy.Rolling,
        CanaryTime = Time(random, 0, 1, 5),
        MaxSurge = random.Next(1, 5),
        CrashLimit = random.Next(1, 15),
        CrashWindow = Time(random, 1, 10, 60),
        MaxRestartDelay = Time(random, 1, 30),
        MaxSlots = random.Next(6) == 0 ? random.Next(24, 28) : Limits.MaxSlots,
        Recycling = Recycling(random),
        Watchdog = random.Next(3) == 0 ? Watchdog(random) : new(),
        Memory = random.Next(4) == 0 ? Memory(random) : new(),
        Rogues = random.Next(4) == 0 ? Rogues(random) : new(),
    };

    private static DemandPolicy Demand(Random random)
    {
        int most = random.Next(1, 7);
        int least = random.Next(1, most + 1);
        return random.Next(5) switch
        {
            4 => new() { Sizing = PoolSizing.PerRequest, First = 0, Most = most, IdleTimeout = Time(random, 0.5, 1, 10) },
            0 => new() { Sizing = PoolSizing.Dynamic, First = random.Next(1, most + 1), MinSpare = least, MaxSpare = random.Next(least, 8), Most = most },
            1 => new() { Sizing = PoolSizing.OnDemand, First = 0, Most = most, IdleTimeout = Time(random, 0.5, 1, 10) },
            _ => new() { First = most, Most = most },
        };
    }

    private static RecyclingPolicy Recycling(Random random) => new()
    {
        MaxLifetime = random.Next(6) == 0 ? Time(random, 300, 3000) : null,
        LifetimeJitter = Time(random, 0, 60),
        MaxUnavailable = random.Next(3) == 0 ? random.Next(1, 3) : 0,
        Interval = Time(random, 0, 1, 10),
        Ceiling = Time(random, 10, 300),
    };

    private static WatchdogPolicy Watchdog(Random random)
    {
        WatchdogSteps ladder = (WatchdogSteps)random.Next(16) | (random.Next(3) == 0 ? WatchdogSteps.Keep : WatchdogSteps.Kill);
        var options = new ProcessManagerOptions
        {
            RequestTimeout = Time(random, 0, 5, 30),
            SoftRequestTimeout = Time(random, 0, 3),
            LongRequestTimeout = Time(random, 0, 60),
            WatchdogInterval = random.Next(3) == 0 ? TimeSpan.FromSeconds(0.3) : null,
            WatchdogLadder = ladder,
            WatchdogGrace = Time(random, 1, 5, 20),
            KeepLimit = random.Next(1, 3),
        };
        return WatchdogPolicy.From(options);
    }

    private static MemoryPolicy Memory(Random random) => new()
    {
        WorkerLimit = random.Next(3) == 0 ? 0 : 100,
        PoolLimit = random.Next(2) == 0 ? 0 : 250,
        Samples = random.Next(1, 4),
        Interval = Time(random, 1, 5),
        MinLifetime = Time(random, 0, 10, 30),
    };

    private static RoguePolicy Rogues(Random random) => new()
    {
        RequestLimit = Time(random, 0, 5),
        LifeLimit = Time(random, 0, 20),
        Interval = Time(random, 1, 10),
    };

    private static TimeSpan Time(Random random, params double[] seconds) => TimeSpan.FromSeconds(seconds[random.Next(seconds.Length)]);
}
