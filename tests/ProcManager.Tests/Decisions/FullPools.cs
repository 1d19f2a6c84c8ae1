using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>A pool of a fixed size whose workers are all busy while connections wait.</summary>
public class FullPools
{
    private int _queue;
    private bool _busy = true;

    [Fact]
    public void It_is_told_once_after_two_looks_and_its_end_too()
    {
        Pool pool = Running();
        _queue = 3;

        pool.ConnectionWaits();
        pool.Said<PoolAction.Look>().Should().BeEmpty("an idle worker would take it first");
        pool.Wait(0.02);
        pool.Said<PoolAction.SayFull>().Should().BeEmpty();
        pool.Wait(0.1);
        pool.Said<PoolAction.SayFull>().Should().Equal(new PoolAction.SayFull(2, 3));
        _queue = 7;
        pool.Wait(5);
        pool.Last.OfType<PoolAction.SayFull>().Should().BeEmpty();
        _queue = 0;
        pool.Wait(20);

        pool.Said<PoolAction.SayFullOver>().Should().ContainSingle(static o => o.Most == 7).Which.Time.TotalSeconds.Should().BeInRange(5, 7);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void One_that_is_full_again_soon_is_the_same_time_still()
    {
        Pool pool = Running();
        for (int i = 0; i < 10; i++)
        {
            _queue = 1;
            pool.ConnectionWaits();
            pool.Wait(2);
            _queue = 0;
            pool.Wait(5);
        }

        pool.All.OfType<PoolAction.SayFull>().Should().ContainSingle();
        pool.All.OfType<PoolAction.SayFullOver>().Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    public void Nothing_is_told_when_the_connection_was_taken_or_a_worker_is_on_its_way_to_it(int queue, bool busy)
    {
        Pool pool = Running();
        _queue = queue;
        _busy = busy;
        long progress = 0;
        pool.Sees = worker => new WorkerSample(worker.Slot) { Busy = _busy, Progress = progress++ };

        pool.ConnectionWaits();
        pool.Wait(60);

        pool.All.OfType<PoolAction.SayFull>().Should().BeEmpty();
    }

    /// <summary>Its wake-up may have gone to a worker whose end has begun.</summary>
    [Theory]
    [InlineData(1, false, true)]
    [InlineData(1, true, false)]
    [InlineData(0, false, false)]
    public void A_connection_that_still_waits_at_the_second_look_is_offered_to_the_workers_that_look_idle(int queue, bool busy, bool offered)
    {
        Pool pool = Running();
        (_queue, _busy) = (queue, busy);

        pool.ConnectionWaits();
        pool.Wait(0.03);
        pool.All.OfType<PoolAction.OfferWaiting>().Should().BeEmpty("an idle worker takes it within this time");
        pool.Wait(0.03);

        pool.All.OfType<PoolAction.OfferWaiting>().SelectMany(static o => o.Slots).Should().Equal(offered ? [0, 1] : []);
    }

    [Fact]
    public void The_hands_tell_of_a_connection_at_most_once_a_second_and_no_look_is_taken_without_one()
    {
        Pool pool = Running();
        Demand.Listens(pool.State, pool.Now).Should().BeTrue();
        pool.State.NextWake.Should().BeNull();

        pool.ConnectionWaits();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
        pool.Wait(0.9);
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
        pool.Wait(0.2);

        Demand.Listens(pool.State, pool.Now).Should().BeTrue();
        pool.State.NextWake.Should().BeNull();
    }

    private Pool Running()
    {
        Pool pool = Pool.Running(2);
        pool.Queue = () => _queue;
        pool.Sees = worker => new WorkerSample(worker.Slot) { Busy = _busy };
        return pool;
    }
}
