using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class StoppingThePool
{
    [Fact]
    public void Everybody_is_told_to_leave_and_the_manager_ends_with_0_when_all_are_gone()
    {
        Pool pool = Pool.Running(3);

        pool.Stop();
        pool.Told.Should().Equal(0, 1, 2);
        pool.Exits(0);
        pool.Exits(2);
        pool.Said<PoolAction.Finish>().Should().BeEmpty();
        pool.Exits(1);

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_worker_that_does_not_leave_is_killed_after_the_die_timeout_and_the_exit_code_is_1()
    {
        Pool pool = Pool.Running(2, static p => p with { DieTimeout = TimeSpan.FromSeconds(30) });
        pool.Stop();
        pool.Exits(0);

        pool.Wait(29.9);
        pool.Killed.Should().BeEmpty();
        pool.Wait(0.1);
        pool.Said<PoolAction.Kill>().Should().Equal(new PoolAction.Kill(1, WorkerExitCause.DieTimeout, TimeSpan.FromSeconds(30)) { SparesDump = true });
        pool.EndsBy(1, 9);

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_hung_worker_that_had_to_be_killed_makes_the_exit_code_1_but_not_one_whose_request_ended_in_the_last_moment(bool ends, int exitCode)
    {
        HungWorker hung = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill).Find();
        Pool pool = hung.Pool;
        pool.Stop();
        hung.Ended = ends;
        pool.Wait(HungWorker.Grace);
        pool.Killed.Should().Equal(0);

        pool.Obey();

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(exitCode));
    }

    [Fact]
    public void Told_a_second_time_all_are_killed_at_once_and_the_exit_code_is_1()
    {
        Pool pool = Pool.Running(3);
        pool.Stop();
        pool.Exits(1);

        pool.Stop();
        pool.Killed.Should().Equal(0, 2);
        pool.Said<PoolAction.SayKillingAll>().Should().Equal(new PoolAction.SayKillingAll(2));
        pool.Stop();
        pool.Last.Should().BeEmpty("there is nothing stronger");
        pool.EndsBy(0, 9);
        pool.EndsBy(2, 9);

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void Without_a_die_timeout_it_waits_for_ever()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = null });
        pool.Stop();

        pool.State.NextWake.Should().BeNull();
        pool.Wait(TimeSpan.FromDays(365));
        pool.Last.Should().BeEmpty();
        pool.Exits(0);

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
    }

    [Fact]
    public void A_kill_is_sent_again_until_the_worker_is_reaped()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = TimeSpan.FromSeconds(10) });
        pool.Stop();
        pool.Wait(10);

        pool.Wait(5);
        pool.Killed.Should().Equal(0);
        pool.EndsBy(0, 9);

        pool.State.Phase.Should().Be(PoolPhase.Ended);
    }

    [Fact]
    public void A_worker_is_told_only_once()
    {
        Pool pool = Pool.Running(2);
        pool.Scale(-1);
        pool.Told.Should().Equal(1);

        pool.Stop();

        pool.Told.Should().Equal(0);
    }

    [Fact]
    public void The_die_timeout_counts_from_the_first_telling()
    {
        Pool pool = Pool.Running(2, static p => p with { DieTimeout = TimeSpan.FromSeconds(30) });
        pool.Scale(-1);
        pool.Wait(20);
        pool.Stop();

        pool.Wait(10);

        pool.Killed.Should().Equal(1);
    }

    [Fact]
    public void After_the_end_nothing_is_decided_any_more()
    {
        Pool pool = Pool.Running(1);
        pool.Stop();
        pool.Exits(0);

        pool.Feed(new ManagerEvent.StopRequested(), new ManagerEvent.ReloadRequested(), new ManagerEvent.Tick(), new ManagerEvent.Ended(0, 0, null, ""));

        pool.Last.Should().BeEmpty();
    }
}
