using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>A worker whose end the kernel has begun, and that is not gone yet.</summary>
public class DyingWorkers
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void One_that_stands_by_takes_over_and_nobody_is_started_before_the_end_is_known()
    {
        Pool pool = Running(2);

        pool.IsDying(0);

        pool.Last.Should().Equal(new PoolAction.TakeOver(2));
        pool.Serving.Should().Equal(0, 1, 2);
        pool.State.Target.Should().Be(2);
    }

    [Fact]
    public void The_end_then_counts_as_ever_and_takes_nobody_else()
    {
        Pool pool = Running(2);
        pool.IsDying(0);
        pool.Last.Clear();

        pool.Crashes(0);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.Crashed, true));
        pool.Said<PoolAction.TakeOver>().Should().BeEmpty();
        pool.State.Breaker.Failures.Should().ContainSingle();
        pool.Serving.Should().Equal(1, 2);
        pool.Wait(Delay);
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(0, 1, true));
    }

    [Fact]
    public void Told_twice_it_is_replaced_once()
    {
        Pool pool = Running(2, standby: 2);

        pool.IsDying(0);
        pool.IsDying(0);

        pool.All.Should().Equal(new PoolAction.TakeOver(2));
    }

    [Fact]
    public void With_nobody_who_stands_by_its_end_is_waited_for()
    {
        Pool pool = Pool.Running(2);

        pool.IsDying(0);

        pool.Last.Should().BeEmpty();
        pool.State.Workers.Should().OnlyContain(static w => w.IsFresh && w.IsServing);
    }

    [Theory]
    [InlineData("leaves")]
    [InlineData("stands by")]
    [InlineData("is nobody")]
    public void One_that_does_not_serve_has_no_place_to_take(string who)
    {
        Pool pool = Running(2, standby: 2);
        int slot = who switch { "leaves" => 0, "stands by" => 2, _ => 7 };
        if (who == "leaves")
        {
            pool.LeavesByItself(0);
            pool.All.Clear();
        }

        pool.IsDying(slot);

        pool.Said<PoolAction.TakeOver>().Should().BeEmpty();
    }

    [Fact]
    public void On_demand_the_next_connection_decides()
    {
        Pool pool = Pool.Running(1, static p => p with { StandbyCount = 1, Demand = p.Demand with { Sizing = PoolSizing.OnDemand, Most = 4 } });
        pool.ConnectionWaits();
        pool.AllReady();
        pool.Serving.Should().NotBeEmpty();

        pool.IsDying(pool.Serving.First());

        pool.Said<PoolAction.TakeOver>().Should().BeEmpty();
    }

    [Fact]
    public void A_reload_waits_for_the_end_which_may_be_its_failure()
    {
        Pool pool = Running(2);
        pool.Reload();
        pool.AllReady();
        int canary = pool.State.Reload!.CanarySlot!.Value;
        pool.Last.Clear();

        pool.IsDying(canary);

        pool.Last.Should().BeEmpty();
        pool.Worker(canary).Dying.Should().BeFalse();
    }

    [Fact]
    public void Once_the_pool_stops_nobody_takes_over()
    {
        Pool pool = Running(2);
        pool.Stop();
        pool.Last.Clear();

        pool.IsDying(0);

        pool.Last.Should().BeEmpty();
    }

    [Fact]
    public void One_whose_end_does_not_come_is_told_to_leave_with_the_others()
    {
        Pool pool = Running(2);
        pool.IsDying(0);

        pool.Stop();

        pool.Told.Should().Contain(0);
    }

    [Fact]
    public void A_reload_does_not_start_anybody_for_one_that_is_replaced_already()
    {
        Pool pool = Running(2);
        pool.IsDying(0);

        pool.Reload();
        pool.Crashes(0);
        pool.Calm();

        pool.Reloaded.Concat(pool.All.OfType<PoolAction.SayReloadFinished>().Select(static a => a.Outcome)).Should().Contain(ReloadOutcome.Succeeded);
        pool.Serving.Should().HaveCount(2);
        pool.Parked.Should().HaveCount(1);
    }

    [Fact]
    public void One_that_stands_by_and_is_dying_too_does_not_take_over()
    {
        Pool pool = Running(1, standby: 2);
        pool.IsDying(1);

        pool.IsDying(0);

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(2));
    }

    [Fact]
    public void One_whose_end_does_not_come_is_killed_after_the_die_time_out()
    {
        Pool pool = Running(2);
        pool.IsDying(0);
        pool.AllReady();

        pool.Wait(pool.State.Policy.DieTimeout!.Value);

        pool.Killed.Should().Equal(0);
        pool.EndsBy(0, UnixSignal.Kill);
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.Crashed, true));
    }

    [Fact]
    public void Those_whose_end_does_not_come_do_not_pile_up()
    {
        Pool pool = Running(2);
        for (int round = 0; round < 20; round++)
        {
            pool.IsDying(pool.State.Workers.Where(static w => w.IsInPool && w.IsServing).Select(static w => w.Slot).FirstOrDefault(-1));
            pool.Wait(Delay);
            pool.AllReady();
        }

        pool.State.Workers.Should().HaveCountLessThanOrEqualTo(2 + 1 + 2 + pool.State.Policy.MaxSurge);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(UnixSignal.Kill)]
    public void Those_that_may_serve_have_a_look_when_another_is_gone_that_may_have_had_the_wake_up_for_a_connection(int signal)
    {
        Pool pool = Pool.Running(3);
        pool.Size(4); // the fourth may serve before we hear of it

        pool.EndsBy(1, signal);

        pool.Last.OfType<PoolAction.OfferWaiting>().Single().Slots.Should().Equal(0, 2, 3);
    }

    [Fact]
    public void One_that_never_served_had_no_wake_up()
    {
        var pool = new Pool(2);
        pool.Begin();
        pool.Ready(0);

        pool.EndsBy(1, UnixSignal.Kill);

        pool.Last.OfType<PoolAction.OfferWaiting>().Should().BeEmpty();
    }

    [Fact]
    public void One_that_left_when_it_was_told_took_what_it_was_woken_for()
    {
        Pool pool = Pool.Running(3);
        pool.Scale(-1);
        int leaving = pool.Leaving.Single();

        pool.Exits(leaving);

        pool.Last.OfType<PoolAction.OfferWaiting>().Should().BeEmpty();
    }

    [Fact]
    public void One_that_was_killed_because_it_hung_may_have_had_a_wake_up_beside_its_request()
    {
        Pool pool = new HungWorker(WatchdogSteps.Kill, pool: static p => p with { StandbyCount = 1 }).Find().Pool;

        pool.EndsBy(0, UnixSignal.Kill);

        pool.Last.OfType<PoolAction.OfferWaiting>().Should().ContainSingle().Which.Slots.Should().Equal(1);
    }

    private static Pool Running(int count, int standby = 1) => Pool.Running(count, p => p with { StandbyCount = standby, StandbyDelay = Delay });
}
