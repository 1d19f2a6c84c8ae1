using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

[Trait("Row", "D15")]
public class Shutdowns
{
    [Fact]
    public void A_shutdown_stops_the_pool_as_the_first_TERM_does()
    {
        Pool pool = Pool.Running(2);

        Shutdown(pool);

        pool.Said<PoolAction.SayStopping>().Should().Equal(new PoolAction.SayStopping(2));
        pool.Told.Should().Equal(0, 1);
        pool.Obey();
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
    }

    [Fact]
    public void However_often_it_is_called_it_never_kills()
    {
        Pool pool = Pool.Running(2);

        Shutdown(pool);
        Shutdown(pool);
        pool.Last.Should().BeEmpty();
        Shutdown(pool);

        pool.Last.Should().BeEmpty();
        pool.State.Phase.Should().Be(PoolPhase.Stopping);
    }

    [Fact]
    public void After_a_TERM_it_changes_nothing()
    {
        Pool pool = Pool.Running(2);
        pool.Stop();

        Shutdown(pool);

        pool.Last.Should().BeEmpty();
    }

    [Fact]
    public void A_TERM_after_it_kills_as_a_second_one_does()
    {
        Pool pool = Pool.Running(2);
        Shutdown(pool);

        pool.Stop();

        pool.Killed.Should().Equal(0, 1);
    }

    [Fact]
    public void In_a_pool_that_gives_up_it_is_the_first_call()
    {
        var pool = new Pool(2, static p => p with { CrashLimit = 1 });
        pool.Begin();
        while (pool.State.Phase == PoolPhase.Running)
        {
            pool.Exits(pool.Starting.First(), 1);
        }

        Shutdown(pool);
        pool.State.Phase.Should().Be(PoolPhase.Stopping);
        Shutdown(pool);

        pool.State.Phase.Should().Be(PoolPhase.Stopping);
        pool.Killed.Should().BeEmpty();
    }

    private static void Shutdown(Pool pool) => pool.Feed(new ManagerEvent.ShutdownRequested());
}
