using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

[Trait("Row", "F1")]
public class DrainDelays
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_stop_begins_when_the_delay_is_over_and_not_before()
    {
        Pool pool = Draining(2);
        pool.Said<PoolAction.SayDrainBegan>().Should().Equal(new PoolAction.SayDrainBegan(Delay));
        pool.State.NextWake.Should().Be(pool.Now + Delay);

        pool.Wait(9.9);
        pool.Last.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.SayStopping>().Should().Equal(new PoolAction.SayStopping(2));
        pool.Told.Should().Equal(0, 1);
        pool.Obey();
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
    }

    [Fact]
    public void A_second_TERM_in_the_delay_begins_the_graceful_stop_and_a_third_one_kills()
    {
        Pool pool = Draining(2);

        pool.Stop();
        pool.Said<PoolAction.SayDrainCut>().Should().ContainSingle();
        pool.Told.Should().Equal(0, 1);
        pool.Killed.Should().BeEmpty();
        pool.Stop();

        pool.Killed.Should().Equal(0, 1);
    }

    [Fact]
    public void After_a_delay_that_is_over_a_second_TERM_kills()
    {
        Pool pool = Draining(2);
        pool.Wait(Delay);

        pool.Stop();

        pool.Killed.Should().Equal(0, 1);
    }

    [Fact]
    public void Shutdown_begins_the_delay_and_never_ends_it()
    {
        Pool pool = Pool.Running(2, static p => p with { DrainDelay = Delay });
        pool.Feed(new ManagerEvent.ShutdownRequested());
        TimeSpan? until = pool.State.DrainUntil;
        until.Should().Be(pool.Now + Delay);

        pool.Wait(1);
        pool.Feed(new ManagerEvent.ShutdownRequested());

        pool.State.DrainUntil.Should().Be(until);
        pool.Last.Should().BeEmpty();
    }

    [Fact]
    public void A_worker_that_crashes_in_the_delay_is_replaced()
    {
        Pool pool = Draining(2);

        pool.ServedAndCrashes(1);

        pool.Started.Should().Equal(1);
        pool.AllReady();
        pool.Serving.Should().Equal(0, 1);
    }

    [Fact]
    public void Orders_that_change_the_pool_are_ignored_in_the_delay()
    {
        Pool pool = Draining(2);

        pool.Feed(
            new ManagerEvent.ReloadRequested(pool.State.Policy with { DrainDelay = TimeSpan.Zero }),
            new ManagerEvent.ScaleRequested(1),
            new ManagerEvent.SizeRequested(7),
            new ManagerEvent.RecycleRequested(0),
            new ManagerEvent.PauseRequested(true));

        pool.Last.Should().HaveCount(4).And.AllBeOfType<PoolAction.SayIgnored>();
        pool.State.Should().Match<PoolState>(static s => s.Target == 2 && !s.IsPaused && s.Reload == null && s.Policy.DrainDelay == Delay);
    }

    [Fact]
    public void A_reload_under_way_goes_on_in_the_delay_but_no_further_one_follows_it()
    {
        Pool pool = Pool.Running(2, static p => p with { DrainDelay = TimeSpan.FromMinutes(10) });
        pool.Reload();
        pool.Reload();
        pool.State.ReloadAgain.Should().BeTrue();
        pool.Stop();

        for (int steps = 0; pool.State.Reload is not null; steps++)
        {
            Invariants.Holds(steps < 100, "the reload ends");
            pool.ToNextWake();
            pool.AllReady();
            pool.Obey();
        }

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle().Which.Outcome.Should().Be(ReloadOutcome.Succeeded);
        pool.State.DrainUntil.Should().NotBeNull();
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2);
    }

    [Fact]
    public void A_pool_in_which_no_worker_was_ever_ready_stops_at_once()
    {
        var pool = new Pool(2, static p => p with { DrainDelay = Delay });
        pool.Begin();

        pool.Stop();

        pool.State.Phase.Should().Be(PoolPhase.Stopping);
    }

    [Fact]
    public void A_pool_on_demand_waits_also_without_a_worker_since_it_is_ready_without_one()
    {
        var pool = new Pool(2, static p => p with { DrainDelay = Delay, Demand = new() { Sizing = PoolSizing.OnDemand, First = 0, Most = 2 } });
        pool.Begin();

        pool.Stop();
        pool.ConnectionWaits();

        pool.Started.Should().Equal(0);
        pool.Wait(Delay);
        pool.State.Phase.Should().Be(PoolPhase.Stopping);
    }

    [Fact]
    public void Time_in_which_the_manager_did_not_run_counts()
    {
        Pool pool = Draining(1);

        pool.Sleeps(TimeSpan.FromSeconds(20));

        pool.State.Phase.Should().Be(PoolPhase.Stopping);
        pool.Killed.Should().BeEmpty();
    }

    [Fact]
    public void Without_a_delay_everything_is_as_it_was()
    {
        Pool pool = Pool.Running(1);

        pool.Stop();

        pool.Told.Should().Equal(0);
        pool.Said<PoolAction.SayDrainBegan>().Should().BeEmpty();
    }

    private static Pool Draining(int count)
    {
        Pool pool = Pool.Running(count, static p => p with { DrainDelay = Delay });
        pool.Stop();
        pool.State.Phase.Should().Be(PoolPhase.Running);
        pool.Told.Should().BeEmpty();
        return pool;
    }
}
