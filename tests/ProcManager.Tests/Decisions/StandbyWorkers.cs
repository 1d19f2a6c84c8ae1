using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class StandbyWorkers
{
    [Fact]
    public void The_next_one_is_started_a_moment_after_a_take_over()
    {
        Pool pool = Pool.Running(2, static p => p with { StandbyCount = 1, StandbyDelay = TimeSpan.FromMilliseconds(100) });
        pool.AllReady();
        pool.Crashes(0);
        pool.Said<PoolAction.TakeOver>().Should().ContainSingle();
        pool.Started.Should().BeEmpty();

        pool.Wait(0.1);
        pool.Started.Should().ContainSingle();
    }

    [Fact]
    public void They_are_started_after_the_others_and_stand_by()
    {
        var pool = new Pool(2, static p => p with { StandbyCount = 2 });
        pool.Begin();

        pool.Last.OfType<PoolAction.Launch>().Should().Equal(
            new PoolAction.Launch(0, 1), new PoolAction.Launch(1, 1), new PoolAction.Launch(2, 1, true), new PoolAction.Launch(3, 1, true));
        pool.AllReady();

        pool.Parked.Should().Equal(2, 3);
        pool.Serving.Should().Equal(0, 1);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void One_takes_over_for_one_that_crashed_in_the_same_turn_and_another_is_started_to_stand_by()
    {
        Pool pool = Running(2);

        pool.Crashes(0);

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(2));
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(0, 1, true));
        pool.Serving.Should().Equal(1, 2);
        pool.AllReady();
        pool.Parked.Should().Equal(0);
    }

    [Fact]
    public void One_takes_over_for_one_that_is_recycled_which_leaves_in_the_same_turn()
    {
        Pool pool = Running(2);

        pool.AsksToLeave(1);

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(2));
        pool.Told.Should().Equal(1);
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(3, 1, true));
    }

    [Fact]
    public void One_takes_over_for_one_that_hangs_in_the_turn_in_which_that_is_found()
    {
        Pool pool = new HungWorker(WatchdogSteps.Kill, pool: static p => p with { StandbyCount = 1 }).Find().Pool;

        pool.Killed.Should().Equal(0);
        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(1));
        pool.Serving.Should().Equal(1);
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(2, 1, true));
    }

    [Fact]
    public void One_takes_over_for_a_hung_one_that_is_still_being_looked_into()
    {
        Pool pool = new HungWorker(WatchdogSteps.Capture | WatchdogSteps.Kill, pool: static p => p with { StandbyCount = 1 }).Find().Pool;

        pool.Killed.Should().BeEmpty();
        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(1));
    }

    [Fact]
    public void One_takes_over_when_one_more_is_wanted()
    {
        Pool pool = Running(2);

        pool.Scale(1);

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(2));
        pool.Serving.Should().Equal(0, 1, 2);
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(3, 1, true));
    }

    [Fact]
    public void One_takes_over_when_a_dynamic_pool_grows()
    {
        var demand = new DemandPolicy { Sizing = PoolSizing.Dynamic, First = 1, MinSpare = 1, MaxSpare = 2, Most = 4 };
        Pool pool = Running(1, p => p with { Demand = demand });
        pool.Sees = static worker => worker.Slot == 0 ? Seen.Busy(0) : Seen.Idle(worker.Slot);

        pool.Wait(1);

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(1));
        pool.Serving.Should().Equal(0, 1);
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(2, 1, true));
    }

    [Fact]
    public void A_replacement_nobody_waits_for_comes_from_the_one_that_is_on_its_way_to_stand_by()
    {
        Pool pool = Running(2);
        pool.Crashes(0);

        pool.AsksToLeave(1);
        pool.Started.Should().BeEmpty("0 is on its way");
        pool.AllReady();

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(0));
        pool.Told.Should().Equal(1);
    }

    [Fact]
    public void A_vacancy_does_not_wait_for_one_that_is_on_its_way_to_stand_by()
    {
        Pool pool = Running(2);
        pool.Crashes(0);

        pool.Crashes(1);

        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(1, 1));
    }

    [Fact]
    public void A_reload_renews_those_that_stand_by_first_and_one_of_them_is_the_canary()
    {
        Pool pool = Running(2);

        pool.Reload();
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(3, 2, true));
        pool.Told.Should().BeEmpty();
        pool.AllReady();
        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(3));
        pool.Told.Should().BeEmpty("it has not held yet");
        pool.Parked.Should().Contain(2, "the old one stays until the new program holds");
        pool.Calm();

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2);
        pool.Serving.Should().HaveCount(2);
        pool.Parked.Should().HaveCount(1);
    }

    [Fact]
    public void A_reload_that_fails_keeps_the_old_ones_that_stand_by()
    {
        Pool pool = Running(2);
        pool.Reload();

        pool.Crashes(3);

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Told.Should().BeEmpty();
        pool.Serving.Should().Equal(0, 1);
        pool.Parked.Should().Equal(2);
    }

    [Fact]
    public void A_canary_that_fails_takes_the_new_ones_that_stand_by_with_it()
    {
        Pool pool = Running(2);
        pool.Reload();
        pool.AllReady();
        pool.AllReady();
        pool.Parked.Should().Equal(2, 4);

        pool.Crashes(3);

        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(4, WorkerExitCause.TakenBack));
        pool.Parked.Should().Equal(2);
        pool.Started.Should().BeEmpty();
    }

    [Fact]
    public void An_old_one_does_not_take_over_while_a_reload_is_under_way()
    {
        Pool pool = Running(2);
        pool.Reload();

        pool.Crashes(0);

        pool.Said<PoolAction.TakeOver>().Should().BeEmpty();
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(0, 2));
    }

    [Fact]
    public void All_at_once_those_that_stand_by_keep_no_places_of_the_others()
    {
        Pool pool = Running(1, static p => p with { ReloadStrategy = ReloadStrategy.AllAtOnce });
        pool.Reload();
        pool.Told.Should().Equal(0, 1);

        pool.Exits(0);

        pool.Last.OfType<PoolAction.Launch>().Should().Contain(static l => !l.Standby, "the old one that stood by is not its worker");
    }

    [Fact]
    public void Nobody_is_started_to_stand_by_in_a_crash_loop()
    {
        Pool pool = Running(3, static p => p with { CrashLimit = 1, CanaryTime = TimeSpan.FromMinutes(1), StandbyCount = 8 });
        while (!pool.State.Breaker.Open)
        {
            pool.Crashes(pool.Serving.First());
        }

        pool.Starting.Should().HaveCount(5, "they were started before");
        pool.Crashes(pool.Parked.First());
        pool.Wait(30);

        pool.Started.Should().BeEmpty();
    }

    [Fact]
    public void One_that_takes_over_while_starts_are_refused_stands_for_the_trial_at_once()
    {
        Pool pool = Pool.Running(1, static p => p with { StandbyCount = 2 });
        pool.AllReady();
        pool.Crashes(pool.Parked.First());
        pool.Refuses = static () => false;
        pool.Crashes(pool.Starting.Single());
        pool.State.Breaker.Open.Should().BeTrue();
        pool.Refuses = static () => null;

        pool.Crashes(0);
        pool.Said<PoolAction.TakeOver>().Should().ContainSingle();
        pool.Calm();

        pool.State.Breaker.Open.Should().BeFalse();
        pool.Parked.Should().HaveCount(2);
    }

    [Fact]
    public void Those_that_not_even_KILL_ends_do_not_pile_up()
    {
        Pool pool = Running(2, static p => p with { StartTimeout = TimeSpan.FromSeconds(1) });
        pool.Crashes(0);

        pool.Wait(600);

        pool.State.Workers.Count(static w => w.Phase == WorkerPhase.Killed).Should().BeLessThanOrEqualTo(2 + 1 + 1);
        pool.Serving.Should().Equal(1, 2);
    }

    [Fact]
    public void On_demand_one_takes_over_for_a_connection_and_the_place_behind_it_is_filled_again()
    {
        var pool = new Pool(4, static p => p with { StandbyCount = 1, Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 0, Most = 4 } });
        pool.Begin();
        pool.AllReady();
        pool.Parked.Should().Equal(0);

        pool.ConnectionWaits();

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(0));
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(1, 1, true));
    }

    private static Pool Running(int count, Func<PoolPolicy, PoolPolicy>? with = null) =>
        Pool.Running(count, p => (with ?? (static p => p))(p with { StandbyCount = 1 }));
}
