using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

public class ReloadDecisions
{
    [Fact]
    public void A_canary_comes_first_and_nobody_leaves_before_it_has_held()
    {
        Pool pool = Pool.Ready(Pool.Policy(3));
        pool.Hup();
        pool.Launches.Should().Be(1);
        pool.Ready(3);
        pool.Pass(0.9);
        pool.Told().Should().BeEmpty();
        pool.Launches.Should().Be(1);
        pool.Pass(0.2);
        pool.Told(WorkerExitCause.Reload).Should().Equal(0);
        pool.Launches.Should().Be(2);
    }

    [Fact]
    public void Each_old_worker_leaves_only_for_a_ready_new_one_and_never_are_there_fewer_than_wanted()
    {
        Pool pool = Pool.Ready(Pool.Policy(4) with { MaxSurge = 2 });
        pool.Hup();
        for (int i = 0; i < 50 && pool.State.Reload is not null; i++)
        {
            pool.Serving.Should().BeGreaterThanOrEqualTo(4);
            pool.State.Workers.Count(static w => w.IsLive).Should().BeLessThanOrEqualTo(6);
            if (pool.State.Workers.FirstOrDefault(static w => w.Phase == WorkerPhase.Starting) is { } starting)
            {
                pool.Ready(starting.Slot);
            }
            else if (pool.State.Workers.FirstOrDefault(static w => !w.IsLive) is { } leaving)
            {
                pool.Ends(leaving.Slot);
            }
            else
            {
                pool.Pass(1.1);
            }
        }

        pool.Said<PoolAction.SayReloadFinished>().Outcome.Should().Be(ReloadOutcome.Succeeded);
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2);
    }

    [Theory]
    [InlineData(false, 3)] // dies before it is ready
    [InlineData(true, 3)] // dies on trial
    [InlineData(true, 0)] // leaves by itself on trial
    public void A_canary_that_fails_is_the_end_of_the_reload_and_the_old_go_on(bool ready, int code)
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.Hup();
        if (ready)
        {
            pool.Ready(2);
        }

        pool.Ends(2, code);
        PoolAction.SayReloadFinished finished = pool.Said<PoolAction.SayReloadFinished>();
        finished.Outcome.Should().Be(ReloadOutcome.Failed);
        finished.Reason.Should().Contain("worker 2");
        pool.Told().Should().BeEmpty();
        pool.Serving.Should().Be(2);
        pool.State.Workers.Should().OnlyContain(static w => w.RetireFor == null);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_failure_in_the_middle_keeps_as_many_new_workers_as_are_needed()
    {
        Pool pool = Pool.Ready(Pool.Policy(3));
        pool.Hup();
        pool.Ready(3);
        pool.Pass(1.1); // 0 is told to leave, 4 is started
        pool.Ends(0);
        pool.Forget();
        pool.Ends(4, code: 1);
        pool.Said<PoolAction.SayReloadFinished>().Outcome.Should().Be(ReloadOutcome.Failed);
        pool.Told().Should().BeEmpty();
        pool.State.Workers.Select(static w => w.Slot).Should().Equal(1, 2, 3);
    }

    [Fact]
    public void New_workers_beyond_the_wanted_number_are_taken_back()
    {
        Pool pool = Pool.Ready(Pool.Policy(3) with { MaxSurge = 2 });
        pool.Hup();
        pool.Ready(3);
        pool.Pass(1.1); // 0 leaves for 3; 4 and 5 are started
        pool.Forget();
        pool.Ends(4, code: 1);
        pool.Told(WorkerExitCause.TakenBack).Should().HaveCount(1);
        pool.State.Workers.Count(static w => w.IsLive).Should().Be(3);
    }

    [Fact]
    public void A_reload_during_a_reload_follows_it_once_and_starts_its_canary()
    {
        Pool pool = Pool.Ready(Pool.Policy(1));
        pool.Hup();
        pool.Hup();
        pool.Hup();
        pool.Said<PoolAction.SayReloadQueued>();
        pool.Ready(1);
        pool.Pass(1.1);
        pool.Forget();
        pool.Ends(0);
        pool.Said<PoolAction.SayReloadFinished>().Generation.Should().Be(2);
        pool.Said<PoolAction.SayReloadStarted>().Generation.Should().Be(3);
        pool.Launches.Should().Be(1);
    }

    [Fact]
    public void A_canary_that_a_stranger_sent_away_is_no_failure()
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.Hup();
        pool.Ready(2);
        pool.Happens(new ManagerEvent.LeavesByItself(2));
        pool.Actions.OfType<PoolAction.SayReloadFinished>().Should().BeEmpty();
        pool.Launches.Should().Be(2);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_start_that_fails_for_good_fails_the_reload_a_passing_one_does_not(bool permanent, bool fails)
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.StartFails = () => (permanent, "no start");
        pool.Hup();
        pool.Actions.OfType<PoolAction.SayReloadFinished>().Any().Should().Be(fails);
        pool.Serving.Should().Be(2);
        pool.StartFails = static () => null;
        pool.Pass(1.1);
        pool.Launches.Should().Be(fails ? 1 : 2);
    }

    [Fact]
    public void All_at_once_tells_everybody_and_replaces_them_as_they_end()
    {
        Pool pool = Pool.Ready(Pool.Policy(3) with { ReloadStrategy = ReloadStrategy.AllAtOnce });
        pool.Hup();
        pool.Told(WorkerExitCause.Reload).Should().Equal(0, 1, 2);
        pool.Launches.Should().Be(0);
        pool.Ends(1);
        pool.Launches.Should().Be(1);
        pool.Ends(0);
        pool.Ends(2);
        pool.Actions.OfType<PoolAction.SayReloadFinished>().Should().BeEmpty();
        pool.AllReady();
        pool.Said<PoolAction.SayReloadFinished>().Outcome.Should().Be(ReloadOutcome.Succeeded);
    }

    [Fact]
    public void An_old_worker_that_does_not_leave_is_killed_after_the_die_timeout()
    {
        Pool pool = Pool.Ready(Pool.Policy(1));
        pool.Hup();
        pool.Ready(1);
        pool.Pass(1.1);
        pool.Pass(30);
        pool.Killed().Should().Equal(0);
        pool.Ends(0, signal: 9);
        pool.Said<PoolAction.SayReloadFinished>().Outcome.Should().Be(ReloadOutcome.Succeeded);
    }

    [Fact]
    public void Workers_at_their_request_limit_are_replaced_one_after_the_other()
    {
        Pool pool = Pool.Ready(Pool.Policy(3));
        for (int slot = 0; slot < 3; slot++)
        {
            pool.Happens(new ManagerEvent.AsksToLeave(slot, WorkerExitCause.RequestLimit));
        }

        pool.Launches.Should().Be(1);
        pool.Told().Should().BeEmpty();
        pool.Ready(3);
        pool.Told(WorkerExitCause.RequestLimit).Should().Equal(0);
        pool.Launches.Should().Be(2);
        pool.Serving.Should().Be(3);
    }
}
