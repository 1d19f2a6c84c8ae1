using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class SoftTimeouts
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private WorkerSample _sample = Seen.Idle(0);

    [Fact]
    public void A_worker_is_rung_once_for_each_oldest_scope_that_it_has_not_told()
    {
        Pool pool = Running();
        TimeSpan began = pool.Now;
        _sample = Seen.In(0, Seen.Scope(1, began)) with { Untold = began };

        pool.Wait(59.9);
        Rung(pool).Should().BeEmpty();
        pool.Wait(0.1);
        Rung(pool).Should().Equal(new PoolAction.RaiseSoftTimeout(0, 0, began));
        TimeSpan second = began + TimeSpan.FromSeconds(1);
        _sample = _sample with { Untold = second };
        pool.Wait(11);

        Rung(pool).Should().Equal([new PoolAction.RaiseSoftTimeout(0, 0, pool.Now - TimeSpan.FromSeconds(1) - Limit)], "the first look that saw it came after its limit");
        pool.Wait(600);
        Rung(pool).Should().BeEmpty("it was rung for that");
    }

    [Fact]
    public void A_request_without_a_clock_and_a_scope_that_are_due_together_are_both_told_by_one_ring()
    {
        Pool pool = Running();
        pool.ToNextWake();
        TimeSpan began = pool.Now + TimeSpan.FromSeconds(10);
        pool.Wait(9);
        _sample = Seen.In(0, new RequestSeen(Seen.Key(7), null, null, false), Seen.Scope(1, began)) with { Untold = began };
        pool.ToNextWake();

        pool.Wait(60);

        Rung(pool).Should().Equal(new PoolAction.RaiseSoftTimeout(0, 7, began));
    }

    [Fact]
    public void A_long_request_is_not_told()
    {
        Pool pool = Running();
        _sample = Seen.In(0, 7, isLong: true);

        pool.Wait(600);

        Rung(pool).Should().BeEmpty();
    }

    [Fact]
    public void Time_in_which_the_manager_slept_does_not_count()
    {
        Pool pool = Running();
        TimeSpan began = pool.Now;
        _sample = Seen.In(0, Seen.Scope(1, began)) with { Untold = began };
        pool.Wait(10);

        pool.Sleeps(TimeSpan.FromHours(8));
        pool.Wait(49.9);
        Rung(pool).Should().BeEmpty();
        pool.Wait(0.1);

        Rung(pool).Should().Equal(new PoolAction.RaiseSoftTimeout(0, 0, began));
    }

    private static IEnumerable<PoolAction.RaiseSoftTimeout> Rung(Pool pool) => pool.Said<PoolAction.RaiseSoftTimeout>();

    private Pool Running()
    {
        var options = new ProcessManagerOptions { SoftRequestTimeout = Limit, WatchdogInterval = TimeSpan.FromSeconds(6) };
        Pool pool = Pool.Running(1, p => p with { Watchdog = WatchdogPolicy.From(options) with { Interval = TimeSpan.FromSeconds(10) } });
        pool.Sees = _ => _sample;
        return pool;
    }
}
