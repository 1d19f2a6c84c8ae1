using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class CrashLoopDelays
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(5, 16)]
    [InlineData(6, 30)]
    [InlineData(20, 30)]
    [InlineData(21, 30)]
    [InlineData(int.MaxValue, 30)]
    public void The_delay_doubles_up_to_the_longest(int level, int seconds)
    {
        CrashBreaker.Delay(level, TimeSpan.FromSeconds(30)).Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public void Each_trial_that_fails_makes_the_next_one_wait_longer()
    {
        Pool pool = InALoop();
        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            pool.Crashes(0);
            pool.Started.Should().BeEmpty();
            pool.Wait(seconds - 0.1);
            pool.Started.Should().BeEmpty();
            pool.Wait(0.1);
            pool.Started.Should().Equal(0);
        }
    }

    [Fact]
    public void A_loop_that_begins_again_soon_goes_on_where_it_was()
    {
        Pool pool = InALoop();
        pool.Crashes(0);
        pool.Wait(1);
        pool.Crashes(0); // two seconds now
        pool.Wait(2);
        pool.Ready(0);
        pool.Wait(1);
        pool.State.Breaker.Open.Should().BeFalse();

        pool.Crashes(0);
        pool.Crashes(0);

        pool.Said<PoolAction.SayCrashLoop>().Should().ContainSingle(static c => c.Delay == TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void A_loop_that_begins_again_much_later_begins_anew()
    {
        Pool pool = InALoop();
        pool.Crashes(0);
        pool.Wait(1);
        pool.Ready(0);
        pool.Wait(61);

        pool.Crashes(0);
        pool.Crashes(0);

        pool.Said<PoolAction.SayCrashLoop>().Should().ContainSingle(static c => c.Delay == TimeSpan.Zero);
    }

    [Fact]
    public void Only_the_trial_makes_the_delay_grow_not_those_that_were_started_before_the_loop()
    {
        Pool pool = Pool.Running(20, static p => p with { CrashLimit = 1 });
        for (int i = 0; i < 40 + 20; i++)
        {
            pool.Crashes(pool.State.Workers.First(static w => w.IsLive).Slot);
        }

        pool.All.OfType<PoolAction.SayCrashLoop>().Count().Should().BeLessThan(4, "the workers of one bad moment are one bad moment");
    }

    private static Pool InALoop()
    {
        Pool pool = Pool.Running(1, static p => p with { CrashLimit = 1 });
        pool.Crashes(0);
        pool.Crashes(0);
        pool.State.Breaker.Open.Should().BeTrue();
        pool.Starting.Should().Equal(0);
        return pool;
    }
}
