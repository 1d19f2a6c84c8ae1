using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>TTIN, TTOU and Scale where the number of workers follows what is asked of them: they move the maximum.</summary>
public class ChangingTheMaximum
{
    private readonly HashSet<int> _busy = [];

    [Theory]
    [InlineData(PoolSizing.Dynamic)]
    [InlineData(PoolSizing.OnDemand)]
    public void One_fewer_sends_one_away_and_says_why(PoolSizing sizing)
    {
        Pool pool = Full(sizing, 3);
        _busy.Remove(1);
        pool.Wait(1);

        pool.Scale(-1);

        pool.Said<PoolAction.SayTarget>().Should().Equal(new PoolAction.SayTarget(2, false, IsStatic: false));
        pool.Said<PoolAction.TellToLeave>().Should().Equal([new PoolAction.TellToLeave(1, WorkerExitCause.ScaledDown)], "it is the idle one");
        pool.Obey();
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(1, WorkerExitCause.ScaledDown, false));
        pool.Wait(30);
        pool.Serving.Should().Equal([0, 2], "and nobody comes for it");
    }

    [Theory]
    [InlineData(PoolSizing.Dynamic)]
    [InlineData(PoolSizing.OnDemand)]
    public void A_number_far_below_sends_all_others_away_at_once_also_busy_ones(PoolSizing sizing)
    {
        Pool pool = Full(sizing, 4);

        pool.Size(1);

        pool.Said<PoolAction.TellToLeave>().Should().HaveCount(3).And.OnlyContain(static t => t.Cause == WorkerExitCause.ScaledDown);
        pool.Obey();
        pool.Serving.Should().ContainSingle();
    }

    [Theory]
    [InlineData(PoolSizing.Dynamic)]
    [InlineData(PoolSizing.OnDemand)]
    public void One_more_may_come_when_it_is_needed(PoolSizing sizing)
    {
        Pool pool = Full(sizing, 2);
        pool.Wait(5);
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
        pool.Started.Should().BeEmpty();

        pool.Scale(1);
        pool.Wait(1);
        if (Demand.Listens(pool.State, pool.Now))
        {
            pool.ConnectionWaits();
        }

        pool.Starting.Should().Equal(2);
        pool.AllReady();
        _busy.Add(2);
        pool.Wait(5);
        pool.Started.Should().BeEmpty("three is the maximum");
    }

    [Fact]
    public void A_maximum_that_is_not_reached_sends_nobody_away()
    {
        Pool pool = Full(PoolSizing.OnDemand, 2);
        pool.Size(8);

        pool.Scale(-1);

        pool.Told.Should().BeEmpty();
        pool.State.Most.Should().Be(7);
    }

    [Fact]
    public void Who_goes_later_because_it_is_idle_is_told_so()
    {
        Pool pool = Full(PoolSizing.Dynamic, 3);
        pool.Scale(-1);
        pool.Obey();
        _busy.Clear();

        pool.Wait(1);

        pool.Said<PoolAction.TellToLeave>().Should().ContainSingle(static t => t.Cause == WorkerExitCause.Idle);
    }

    /// <summary>As many as there may be, all busy.</summary>
    private Pool Full(PoolSizing sizing, int most)
    {
        var demand = new DemandPolicy { Sizing = sizing, First = sizing == PoolSizing.Dynamic ? 1 : 0, MinSpare = 1, MaxSpare = 1, Most = most };
        var pool = new Pool(most, p => p with { Demand = demand })
        {
            Sees = worker => _busy.Contains(worker.Slot) ? Seen.Busy(worker.Slot) : Seen.Idle(worker.Slot),
        };
        _busy.UnionWith(Enumerable.Range(0, most));
        pool.Begin();
        pool.AllReady();
        while (pool.Serving.Count() < most)
        {
            pool.ConnectionWaits();
            pool.AllReady();
            pool.Wait(1);
        }

        return pool;
    }
}
