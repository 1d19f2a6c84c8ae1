using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class DeadlinesOfWorkers
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_worker_that_is_not_ready_within_the_start_timeout_is_killed_replaced_and_a_failure()
    {
        Pool pool = Pool.Running(2, static p => p with { StartTimeout = Limit });
        pool.Crashes(0);

        pool.Wait(19.9);
        pool.Killed.Should().BeEmpty();
        pool.Wait(0.1);
        pool.Said<PoolAction.Kill>().Should().Equal(new PoolAction.Kill(0, WorkerExitCause.StartTimeout, Limit) { SparesDump = true });
        pool.Starting.Should().ContainSingle();
        pool.EndsBy(0, 9);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.StartTimeout, true));
    }

    [Fact]
    public void Ready_in_time_ends_the_start_timeout()
    {
        var pool = new Pool(1, static p => p with { StartTimeout = Limit });
        pool.Begin();
        pool.Wait(19);
        pool.Ready(0);

        pool.Wait(TimeSpan.FromDays(1));

        pool.Last.Should().BeEmpty();
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void Without_a_start_timeout_a_start_may_take_for_ever()
    {
        var pool = new Pool(1, static p => p with { StartTimeout = null });

        pool.Begin();

        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_worker_that_leaves_by_itself_has_the_die_timeout_too()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = Limit });
        pool.LeavesByItself(0);

        pool.Wait(Limit);

        pool.Said<PoolAction.Kill>().Should().Equal(new PoolAction.Kill(0, WorkerExitCause.DieTimeout, Limit) { SparesDump = true });
    }

    [Fact]
    public void A_manager_that_slept_kills_nobody_for_the_time_it_was_away()
    {
        Pool pool = Pool.Running(3, static p => p with { StartTimeout = Limit, DieTimeout = Limit });
        pool.Crashes(0);
        pool.LeavesByItself(1);
        pool.Wait(5);

        pool.Sleeps(TimeSpan.FromHours(8));

        pool.Killed.Should().BeEmpty();
        pool.Said<PoolAction.SaySlept>().Should().ContainSingle();
    }

    [Fact]
    public void After_the_sleep_what_was_left_of_the_limit_counts_again()
    {
        Pool pool = Pool.Running(3, static p => p with { StartTimeout = Limit, DieTimeout = Limit });
        pool.Crashes(0);
        pool.LeavesByItself(1);
        pool.Wait(5);
        pool.Sleeps(TimeSpan.FromHours(8));

        pool.Wait(14.9);
        pool.Killed.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Killed.Should().Equal([0, 1, 3], "3 came for the one that leaves, and starts as long as 0 does");
    }

    [Fact]
    public void A_canary_has_to_live_the_whole_time_although_the_manager_slept()
    {
        Pool pool = Pool.Running(1, static p => p with { CanaryTime = Limit });
        pool.Reload();
        pool.AllReady();

        pool.Sleeps(TimeSpan.FromHours(8));
        pool.Told.Should().BeEmpty();
        pool.Wait(Limit);

        pool.Told.Should().Equal(0);
    }

    /// <summary>The first one's failure ends the reload, for which the second is told to leave. The look goes on to the second with what that was before.</summary>
    [Fact]
    public void Of_two_starts_that_are_late_at_once_the_second_is_told_to_leave_or_killed_but_not_both()
    {
        Pool pool = Pool.Running(4, static p => p with { StartTimeout = Limit, MaxSurge = 2 });
        pool.Reload();
        pool.AllReady();
        pool.Wait(pool.State.Policy.CanaryTime);
        pool.Obey();
        int[] late = [.. pool.Starting];
        late.Should().HaveCount(2);

        pool.Wait(Limit);

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Failed);
        pool.Killed.Should().NotContain(pool.Told);
    }
}
