using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

[Trait("Row", "D1")]
public class SizingLaws
{
    [Fact]
    public void A_static_pool_has_its_number_and_is_not_looked_at()
    {
        DemandPolicy policy = DemandPolicy.From(new() { ProcessCount = 7, MaxCount = 50 });

        (policy.First, policy.Most, policy.Interval).Should().Be((7, 7, null));
    }

    [Theory]
    [InlineData(20, 8, 4, 8)]
    [InlineData(20, 9, 4, 9)]
    [InlineData(20, 1, 1, 1)]
    public void With_the_maximum_and_max_spare_the_least_is_half_of_max_spare(int maxCount, int maxSpare, int minSpare, int thenMaxSpare)
    {
        DemandPolicy policy = Dynamic(maxCount: maxCount, maxSpare: maxSpare);

        (policy.MinSpare, policy.MaxSpare, policy.Most).Should().Be((minSpare, thenMaxSpare, maxCount));
    }

    [Theory]
    [InlineData(100, 20, 80)]
    [InlineData(10, 2, 8)]
    [InlineData(5, 1, 4)]
    [InlineData(4, 1, 3)]
    [InlineData(2, 1, 2)]
    [InlineData(1, 1, 2)]
    public void With_the_maximum_alone_they_are_20_and_80_per_cent_of_it_at_least_1_and_2(int maxCount, int minSpare, int maxSpare)
    {
        DemandPolicy policy = Dynamic(maxCount: maxCount);

        (policy.MinSpare, policy.MaxSpare, policy.Most).Should().Be((minSpare, maxSpare, maxCount));
    }

    [Theory]
    [InlineData(1, 1, 2, 3)]
    [InlineData(5, 5, 10, 15)]
    public void With_the_start_alone_min_is_the_start_max_is_twice_that_and_the_maximum_is_both(int start, int minSpare, int maxSpare, int most)
    {
        DemandPolicy policy = Dynamic(start: start);

        (policy.First, policy.MinSpare, policy.MaxSpare, policy.Most).Should().Be((start, minSpare, maxSpare, most));
    }

    [Fact]
    public void A_start_that_is_too_many_with_its_max_spare_stays_within_what_a_pool_may_have()
    {
        Dynamic(start: Limits.MaxProcessCount).Most.Should().Be(Limits.MaxProcessCount);
    }

    [Fact]
    public void With_nothing_given_the_number_of_processes_is_the_maximum()
    {
        DemandPolicy policy = DemandPolicy.From(new() { Sizing = PoolSizing.Dynamic, ProcessCount = 10 });

        (policy.MinSpare, policy.MaxSpare, policy.Most).Should().Be((2, 8, 10));
    }

    [Fact]
    public void What_is_given_is_kept()
    {
        DemandPolicy policy = Dynamic(start: 3, minSpare: 2, maxSpare: 6, maxCount: 9);

        (policy.First, policy.MinSpare, policy.MaxSpare, policy.Most).Should().Be((3, 2, 6, 9));
    }

    [Fact]
    public void Max_spare_that_was_not_given_is_never_below_a_given_min_spare()
    {
        Dynamic(minSpare: 9, maxCount: 10).MaxSpare.Should().Be(9);
    }

    [Theory]
    [InlineData(100, 50)]
    [InlineData(10, 5)]
    [InlineData(1, 1)]
    public void Without_a_start_half_way_between_the_two_spare_numbers_is_started(int maxCount, int first)
    {
        Dynamic(maxCount: maxCount).First.Should().Be(first);
    }

    [Fact]
    public void On_demand_nobody_is_started_first()
    {
        DemandPolicy policy = DemandPolicy.From(new() { Sizing = PoolSizing.OnDemand, ProcessCount = 4, MaxCount = 9, StartCount = 3 });

        (policy.First, policy.Most).Should().Be((0, 9));
        DemandPolicy.From(new() { Sizing = PoolSizing.OnDemand, ProcessCount = 4 }).Most.Should().Be(4);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(2, 0.5)]
    [InlineData(0.01, 0.01)]
    public void On_demand_is_looked_at_four_times_in_the_idle_timeout_and_at_least_once_a_second(double idle, double interval)
    {
        DemandPolicy policy = DemandPolicy.From(new() { Sizing = PoolSizing.OnDemand, IdleTimeout = TimeSpan.FromSeconds(idle) });

        policy.Interval.Should().Be(TimeSpan.FromSeconds(interval));
    }

    private static DemandPolicy Dynamic(int? start = null, int? minSpare = null, int? maxSpare = null, int? maxCount = null) => DemandPolicy.From(new()
    {
        Sizing = PoolSizing.Dynamic,
        ProcessCount = 77,
        StartCount = start,
        MinSpare = minSpare,
        MaxSpare = maxSpare,
        MaxCount = maxCount,
    });
}
