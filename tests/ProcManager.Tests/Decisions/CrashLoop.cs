using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class CrashLoop
{
    [Theory]
    [InlineData(1, 10, 10)]
    [InlineData(4, 10, 10)]
    [InlineData(8, 10, 16)]
    [InlineData(4, 1, 8)]
    [InlineData(1, 3, 3)]
    public void It_begins_with_as_many_failures_as_the_limit_but_not_with_one_bad_moment_of_the_whole_pool(int count, int crashLimit, int failures)
    {
        Pool pool = Pool.Running(count, p => p with { CrashLimit = crashLimit });

        for (int i = 1; i < failures; i++)
        {
            pool.Crashes(i % count);
            pool.State.Breaker.Open.Should().BeFalse();
        }

        pool.Crashes(0);

        pool.Said<PoolAction.SayCrashLoop>().Should().ContainSingle(c => c.Failures == failures && c.Delay == TimeSpan.Zero);
    }

    [Fact]
    public void Only_failures_within_the_window_count()
    {
        Pool pool = Pool.Running(1, static p => p with { CrashLimit = 3, CrashWindow = TimeSpan.FromSeconds(10) });

        for (int i = 0; i < 100; i++)
        {
            pool.Crashes(0);
            pool.Wait(5.001);
        }

        pool.All.OfType<PoolAction.SayCrashLoop>().Should().BeEmpty();
    }

    [Fact]
    public void Then_one_at_a_time_is_started()
    {
        Pool pool = InALoop(4);

        pool.Started.Should().ContainSingle();
        pool.Wait(30);
        pool.Started.Should().BeEmpty("the one on trial is not ready yet");
    }

    [Fact]
    public void Those_that_serve_are_never_touched()
    {
        Pool pool = InALoop(4);

        pool.Wait(600);

        pool.Serving.Should().Equal(1, 2, 3);
        pool.All.OfType<PoolAction.TellToLeave>().Should().BeEmpty();
    }

    [Fact]
    public void A_trial_that_is_ready_and_lives_for_the_canary_time_ends_it_and_all_others_are_started()
    {
        Pool pool = Pool.Running(3, static p => p with { CrashLimit = 6, CanaryTime = TimeSpan.FromSeconds(4) });
        for (int i = 0; i < 6; i++)
        {
            pool.Crashes(i % 3);
        }

        pool.AllReady();
        pool.Wait(3.9);
        pool.State.Breaker.Open.Should().BeTrue();
        pool.Wait(0.1);

        pool.Said<PoolAction.SayCrashLoopOver>().Should().ContainSingle();
        pool.AllReady();
        pool.Serving.Should().HaveCount(3);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_trial_that_a_stranger_sends_away_proves_nothing()
    {
        Pool pool = InALoop(2);
        pool.AllReady();

        pool.EndsBy(0, 15);
        pool.Started.Should().Equal([0], "the next trial is due at once");
        pool.Wait(5);

        pool.State.Breaker.Open.Should().BeTrue();
        pool.Ready(0);
        pool.Wait(1);
        pool.State.Breaker.Open.Should().BeFalse();
    }

    [Fact]
    public void A_trial_killed_for_its_start_timeout_is_reaped_before_the_next_one_starts()
    {
        Pool pool = InALoop(2);

        pool.Wait(60);
        pool.Killed.Should().Equal(0);
        pool.Started.Should().BeEmpty();
        pool.EndsBy(0, 9);

        pool.Said<PoolAction.SayCrashLoop>().Should().ContainSingle(static c => c.Delay == TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void When_nobody_is_missing_any_more_it_ends_without_a_trial()
    {
        Pool pool = InALoop(3);

        pool.Scale(-1);
        pool.Told.Should().Equal([0], "it was on trial, and two serve");
        pool.Wait(1);

        pool.Said<PoolAction.SayCrashLoopOver>().Should().ContainSingle();
    }

    [Fact]
    public void A_reload_forgets_the_loop_and_tries_at_once()
    {
        Pool pool = InALoop(2);
        pool.Exits(0, 1);
        pool.Exits(0, 1);
        pool.Started.Should().BeEmpty("the delay is a second");

        pool.Reload();

        pool.State.Breaker.Open.Should().BeFalse();
        pool.Started.Should().NotBeEmpty();
    }

    /// <summary>All serve but worker 0, which is on trial.</summary>
    private static Pool InALoop(int count)
    {
        Pool pool = Pool.Running(count, static p => p with { CrashLimit = 1 });
        for (int i = 0; i < 2 * count; i++)
        {
            pool.Crashes(0);
        }

        pool.State.Breaker.Open.Should().BeTrue();
        return pool;
    }
}
