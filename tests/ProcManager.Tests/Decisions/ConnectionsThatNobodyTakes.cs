using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>A worker that is neither in a request nor at its gate (stopped, or at work after the request) looks idle, and takes no connection.</summary>
public class ConnectionsThatNobodyTakes
{
    [Theory]
    [InlineData(PoolSizing.Dynamic, 1.1)]
    [InlineData(PoolSizing.OnDemand, 0.3)]
    public void A_connection_that_still_waits_at_the_second_look_grows_the_pool(PoolSizing sizing, double within)
    {
        Pool pool = Running(sizing);
        int before = pool.Serving.Count();
        pool.Queue = static () => 1;

        if (Demand.Listens(pool.State, pool.Now))
        {
            pool.ConnectionWaits();
        }

        pool.Wait(within);

        pool.All.OfType<PoolAction.Launch>().Should().NotBeEmpty();
        pool.State.Target.Should().BeGreaterThan(before);
    }

    [Theory]
    [InlineData(PoolSizing.Dynamic)]
    [InlineData(PoolSizing.OnDemand)]
    public void Connections_that_wait_for_a_moment_before_workers_that_take_them_grow_nothing(PoolSizing sizing)
    {
        Pool pool = Running(sizing);
        pool.Queue = static () => 1;
        long progress = 0;
        pool.Sees = worker => new WorkerSample(worker.Slot) { Progress = progress++ };

        for (int i = 0; i < 20; i++)
        {
            if (Demand.Listens(pool.State, pool.Now))
            {
                pool.ConnectionWaits();
            }

            pool.Wait(0.3);
        }

        pool.All.OfType<PoolAction.Launch>().Should().BeEmpty();
    }

    /// <summary>It may have been woken for a connection and have ended without a look at its gate: by its own exit, while it was leaving.</summary>
    [Theory]
    [InlineData(PoolSizing.Static, 0)]
    [InlineData(PoolSizing.Static, 3)]
    [InlineData(PoolSizing.Dynamic, 3)]
    [InlineData(PoolSizing.OnDemand, 3)]
    public void What_a_worker_that_was_told_to_leave_left_waiting_is_offered_to_the_idle_ones(PoolSizing sizing, int code)
    {
        Pool pool = Pool.Running(3, p => p with { Demand = p.Demand with { Sizing = sizing, First = 3, MinSpare = 1, MaxSpare = 3, Most = 3 } });
        if (sizing == PoolSizing.OnDemand)
        {
            pool.Size(3);
        }

        pool.Wait(2);
        pool.Scale(-1);
        int leaving = pool.Leaving.Single();
        pool.Queue = static () => 1;
        pool.All.Clear();

        pool.Exits(leaving, code);
        for (int i = 0; i < 20; i++)
        {
            if (Demand.Listens(pool.State, pool.Now))
            {
                pool.ConnectionWaits();
            }

            pool.Wait(0.1);
        }

        pool.All.OfType<PoolAction.OfferWaiting>().First().Slots.Should().Equal(pool.Serving);
    }

    private static Pool Running(PoolSizing sizing)
    {
        Pool pool = Pool.Running(4, p => p with { Demand = p.Demand with { Sizing = sizing, First = sizing == PoolSizing.OnDemand ? 0 : 1, MinSpare = 1, MaxSpare = 2, Most = 4 } });
        if (sizing == PoolSizing.OnDemand)
        {
            pool.ConnectionWaits();
            pool.AllReady();
        }

        pool.Wait(2);
        pool.All.Clear();
        return pool;
    }
}
