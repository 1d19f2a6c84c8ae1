using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class StartsAtLeisure
{
    [Fact]
    public void A_start_that_takes_long_is_hurried_once_and_long_before_its_time_out()
    {
        var pool = new Pool(1, static p => p with { StandbyCount = 1, StartTimeout = TimeSpan.FromSeconds(60) });
        pool.Begin();
        pool.Said<PoolAction.TakeTime>().Should().Equal([new PoolAction.TakeTime(1)], "the first is waited for, the one to stand by is not");
        pool.Ready(0);

        pool.Wait(4.9);
        pool.Said<PoolAction.Hurry>().Should().BeEmpty();
        pool.Wait(0.1);
        pool.Said<PoolAction.Hurry>().Should().Equal(new PoolAction.Hurry(1));
        pool.Wait(50);
        pool.Said<PoolAction.Hurry>().Should().BeEmpty();
    }

    [Fact]
    public void Whoever_is_up_has_its_priority_back()
    {
        var pool = new Pool(1, static p => p with { StandbyCount = 1 });
        pool.Begin();
        pool.AllReady();

        pool.All.OfType<PoolAction.Hurry>().Should().Equal(new PoolAction.Hurry(1));
        pool.Wait(10);
        pool.All.OfType<PoolAction.Hurry>().Should().HaveCount(1);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void Nobody_waits_for_the_replacement_of_one_that_still_serves()
    {
        Pool pool = Pool.Running(2);

        pool.Reload();

        pool.Said<PoolAction.TakeTime>().Should().Equal(new PoolAction.TakeTime(2));
        pool.AllReady();
        pool.Said<PoolAction.Hurry>().Should().Equal(new PoolAction.Hurry(2));
    }

    [Fact]
    public void A_place_that_becomes_empty_hurries_it()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();

        pool.Crashes(0);

        pool.Said<PoolAction.Hurry>().Should().Equal(new PoolAction.Hurry(2));
        pool.Said<PoolAction.TakeTime>().Should().BeEmpty("the one started for the empty place is waited for");
    }

    [Fact]
    public void One_that_is_told_to_leave_before_it_is_up_does_not_leave_at_leisure()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();

        pool.Stop();

        pool.Said<PoolAction.Hurry>().Should().Equal(new PoolAction.Hurry(2));
        pool.Last.FindIndex(static a => a is PoolAction.Hurry).Should().BeLessThan(pool.Last.FindIndex(static a => a is PoolAction.TellToLeave { Slot: 2 }));
    }

    [Fact]
    public void None_at_all_when_it_is_not_wanted()
    {
        Pool pool = Pool.Running(2, static p => p with { StartLeisure = TimeSpan.Zero });

        pool.Reload();
        pool.AllReady();

        pool.All.OfType<PoolAction.TakeTime>().Should().BeEmpty();
        pool.All.OfType<PoolAction.Hurry>().Should().BeEmpty();
    }

    [Theory]
    [InlineData(60, 4, 5, 5)]
    [InlineData(60, 4, 7, 7)]
    [InlineData(60, 60, 5, 1)]
    [InlineData(60, 600, 5, 0.1)]
    [InlineData(8, 4, 5, 2)]
    [InlineData(0, 4, 5, 5)]
    [InlineData(0, 0, 5, 5)]
    public void It_is_short_beside_the_time_out_and_a_minute_for_the_whole_pool(double startTimeout, int target, double leisure, double seconds)
    {
        PoolPolicy policy = PoolPolicy.From(new() { StartTimeout = startTimeout == 0 ? null : TimeSpan.FromSeconds(startTimeout), StartLeisure = TimeSpan.FromSeconds(leisure) });

        Leisure.Time(policy, target).Should().Be(TimeSpan.FromSeconds(seconds));
    }
}
