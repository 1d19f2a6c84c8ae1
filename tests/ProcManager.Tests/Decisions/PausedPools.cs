using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>An operator lets no worker accept connections for a while.</summary>
public class PausedPools
{
    [Fact]
    public void All_workers_are_told_once_and_once_more_at_the_end()
    {
        Pool pool = Pool.Running(2);

        pool.Pause();
        pool.Last.Should().Equal(new PoolAction.SetPaused(true));
        pool.Pause();
        pool.Last.Should().BeEmpty();
        pool.Pause(false);
        pool.Last.Should().Equal(new PoolAction.SetPaused(false));
        pool.Pause(false);
        pool.Last.Should().BeEmpty();
    }

    [Fact]
    public void A_connection_that_waits_starts_no_worker_until_the_end_of_the_pause()
    {
        var pool = new Pool(4, static p => p with { Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 0, Most = 4 } });
        pool.Begin();
        pool.ConnectionWaits(); // the pause comes before the look that this orders
        pool.AllReady();
        pool.Pause();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
        pool.ConnectionWaits();
        pool.Started.Should().BeEmpty();
        pool.Wait(60);
        pool.Told.Should().BeEmpty("an idle worker does not leave");

        pool.Pause(false);
        Demand.Listens(pool.State, pool.Now).Should().BeTrue();
    }

    [Fact]
    public void A_paused_pool_of_a_fixed_size_is_not_full()
    {
        Pool pool = Pool.Running(1);
        pool.Pause();
        for (int i = 0; i < 5; i++)
        {
            pool.Feed(new ManagerEvent.Looked(LookAt.Demand, [new WorkerSample(0) { Busy = true, Progress = 1 }]) { Queue = 7 });
            pool.Wait(1);
        }

        pool.All.OfType<PoolAction.SayFull>().Should().BeEmpty();
    }

    [Fact]
    public void A_worker_that_ends_is_replaced_and_a_reload_does_not_end_the_pause()
    {
        Pool pool = Pool.Running(1);
        pool.Pause();
        pool.ServedAndCrashes(0);
        pool.Started.Should().NotBeEmpty();
        pool.AllReady();
        pool.Reload();
        pool.AllReady();

        pool.State.IsPaused.Should().BeTrue();
    }

    [Fact]
    public void A_pool_that_stops_is_not_paused()
    {
        Pool pool = Pool.Running(1);
        pool.Stop();
        pool.Pause();

        pool.State.IsPaused.Should().BeFalse();
        pool.Last.Should().Equal(new PoolAction.SayIgnored("pause", "the pool is stopping"));
    }
}
