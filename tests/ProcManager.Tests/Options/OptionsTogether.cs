using ProcManager.Supervision;

namespace ProcManager.Tests.Options;

/// <summary>Options that are good alone and bad together: the message has the numbers of both.</summary>
public class OptionsTogether
{
    [Fact]
    public void Max_spare_below_min_spare_is_refused() =>
        Failure(new() { Sizing = PoolSizing.Dynamic, MaxCount = 20, MinSpare = 5, MaxSpare = 4 })
            .Should().Be("ProcessManager:MaxSpare is 4; allowed: 5 (MinSpare) and more.");

    [Fact]
    public void Min_spare_above_the_maximum_is_refused() =>
        Failure(new() { Sizing = PoolSizing.Dynamic, MaxCount = 4, MinSpare = 5, MaxSpare = 6, StartCount = 1 })
            .Should().Be("ProcessManager:MinSpare is 5; allowed: 1 to 4, the most workers that there may be (MaxCount).");

    [Fact]
    public void A_start_above_the_maximum_is_refused() =>
        Failure(new() { Sizing = PoolSizing.Dynamic, MaxCount = 4, StartCount = 5 })
            .Should().Be("ProcessManager:StartCount is 5; allowed: 1 to 4, the most workers that there may be (MaxCount).");

    [Theory]
    [InlineData(PoolSizing.Static, "4, the most workers that there may be (ProcessCount)")]
    [InlineData(PoolSizing.Dynamic, "6, the most workers that there may be (MaxCount)")]
    [InlineData(PoolSizing.OnDemand, "6, the most workers that there may be (MaxCount)")]
    [InlineData(PoolSizing.PerRequest, "6, the most workers that there may be (MaxCount)")]
    public void More_that_stand_by_than_may_serve_are_refused(PoolSizing sizing, string most) =>
        Failure(new() { Sizing = sizing, ProcessCount = 4, MaxCount = 6, StandbyCount = 7 })
            .Should().Be($"ProcessManager:StandbyCount is 7; allowed: 0 to {most}.");

    [Fact]
    public void A_number_that_is_beyond_every_limit_is_told_once() =>
        Failure(new() { ProcessCount = 4, StandbyCount = 3000 }).Should().Be("ProcessManager:StandbyCount is 3000; allowed: 0 to 2048, or null.");

    [Fact]
    public void A_watchdog_that_looks_too_seldom_for_its_limit_is_refused() =>
        Failure(new() { RequestTimeout = TimeSpan.FromSeconds(10), WatchdogInterval = TimeSpan.FromSeconds(2) })
            .Should().Be("ProcessManager:WatchdogInterval is 2s; allowed: at most 1s, a tenth of the shortest timeout (10s), so that a hang is found within 10 % of it.");

    [Fact]
    public void A_long_limit_below_the_ordinary_one_is_refused() =>
        Failure(new() { RequestTimeout = TimeSpan.FromSeconds(10), LongRequestTimeout = TimeSpan.FromSeconds(9) })
            .Should().Be("ProcessManager:LongRequestTimeout is 9s; allowed: off (zero), or 10s (RequestTimeout) and more.");

    [Fact]
    public void A_soft_limit_that_comes_after_the_hard_one_is_refused() =>
        Failure(new() { RequestTimeout = TimeSpan.FromSeconds(10), SoftRequestTimeout = TimeSpan.FromSeconds(10) })
            .Should().Be("ProcessManager:SoftRequestTimeout is 10s; allowed: below 10s (RequestTimeout).");

    [Fact]
    public void A_heap_limit_is_a_share_of_a_memory_limit()
    {
        Failure(new() { MaxMemory = 1L << 30, HeapLimitPercent = 99 }).Should().Be("ProcessManager:HeapLimitPercent is 99; allowed: 0 for none, or 100 to 1000: with less a worker is out of memory before it is replaced.");
        new ProcessManagerOptionsValidator().Validate(null, new() { MaxMemory = 1L << 30, HeapLimitPercent = 100 }).Succeeded.Should().BeTrue();
    }

    [Theory]
    [InlineData(MemoryMeasure.Private)]
    [InlineData(MemoryMeasure.Resident)]
    [InlineData(MemoryMeasure.Proportional)]
    [InlineData(MemoryMeasure.Virtual)]
    public void A_limit_below_what_an_empty_worker_uses_is_refused_with_both_numbers(MemoryMeasure measure)
    {
        Action check = () => ProcessManagerOptionsValidator.ThrowIfMemoryTooLow(new() { MaxMemory = 1 << 20, MemoryMeasure = measure });

        check.Should().Throw<ProcManagerConfigurationException>().Which.Message.Should().MatchRegex(
            $@"^ProcessManager:MaxMemory is 1048576; allowed: off \(0\) for no limit, or (\d{{7,}}) bytes and more: an empty process of this program uses \1 bytes by the measure {measure}\.$");
    }

    public static TheoryData<ProcessManagerOptions, int> Least => new()
    {
        { new() { ProcessCount = 3 }, 3 },
        { new() { ProcessCount = 3, StandbyCount = 2 }, 5 },
        { new() { Sizing = PoolSizing.Dynamic, MaxCount = 10 }, 5 },
        { new() { Sizing = PoolSizing.Dynamic, MaxCount = 10, StartCount = 1, MinSpare = 4, MaxSpare = 6, StandbyCount = 1 }, 5 },
        { new() { Sizing = PoolSizing.OnDemand, MaxCount = 10 }, 1 },
        { new() { Sizing = PoolSizing.OnDemand, MaxCount = 10, StandbyCount = 3 }, 4 },
    };

    [Theory]
    [MemberData(nameof(Least))]
    public void A_pool_limit_counts_every_worker_that_is_there_when_nobody_asks_anything(ProcessManagerOptions options, int workers)
    {
        options.MaxPoolMemory = 1 << 20;
        Action check = () => ProcessManagerOptionsValidator.ThrowIfMemoryTooLow(options);

        check.Should().Throw<ProcManagerConfigurationException>().WithMessage($"ProcessManager:MaxPoolMemory is 1048576; allowed: *: {workers} empty workers use *");
    }

    [Theory]
    [InlineData(4, 1, 0, 5)]
    [InlineData(4, 2, 3, 9)]
    public void The_most_workers_that_may_have_memory_at_once_are_all_and_their_replacements_and_those_that_stand_by(int count, int surge, int standby, int most)
    {
        MemoryPolicy.MostWorkers(new() { ProcessCount = count, MaxSurge = surge, StandbyCount = standby }).Should().Be(most);
        MemoryPolicy.MostWorkers(new() { Sizing = PoolSizing.OnDemand, MaxCount = count, MaxSurge = surge, StandbyCount = standby }).Should().Be(most);
    }

    [Fact]
    public void Without_a_limit_nothing_is_measured() =>
        FluentActions.Invoking(static () => ProcessManagerOptionsValidator.ThrowIfMemoryTooLow(new())).Should().NotThrow();

    private static string Failure(ProcessManagerOptions options) =>
        new ProcessManagerOptionsValidator().Validate(null, options).Failures.Should().ContainSingle().Subject;
}
