using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class DynamicSizing
{
    private readonly HashSet<int> _busy = [];

    [Fact]
    public void It_starts_with_the_first_and_no_more_while_enough_are_idle()
    {
        Pool pool = Running(first: 3, minSpare: 2, maxSpare: 4, most: 10);

        pool.Wait(60);

        pool.Serving.Should().HaveCount(3);
        pool.Last.Where(static a => a is not PoolAction.Look).Should().BeEmpty();
    }

    [Fact]
    public void Growing_doubles_from_one_to_32_a_second()
    {
        Pool pool = Running(first: 1, minSpare: 100, maxSpare: 200, most: 500);
        pool.State.Workers.Should().HaveCount(2, "the look that comes with the first start adds one");
        var steps = new List<int>();

        for (int i = 0; i < 8; i++)
        {
            pool.Wait(1);
            steps.Add(pool.Started.Count());
            pool.AllReady();
        }

        steps.Should().Equal([2, 4, 8, 16, 32, 32, 4, 0], "of the last step only the missing ones are started");
    }

    [Fact]
    public void A_step_starts_no_more_than_are_missing()
    {
        Pool pool = Running(first: 3, minSpare: 3, maxSpare: 4, most: 10);
        _busy.UnionWith([0, 1]);
        pool.Wait(1);
        pool.Started.Should().HaveCount(1);
        pool.AllReady();

        pool.Wait(1);

        pool.Started.Should().HaveCount(1, "two are idle and three are wanted");
    }

    [Fact]
    public void When_enough_are_idle_the_next_growth_begins_with_one_again()
    {
        Pool pool = Running(first: 1, minSpare: 4, maxSpare: 50, most: 50);
        Grow(pool, 3);
        pool.Serving.Should().HaveCount(4);
        pool.Wait(1);
        _busy.UnionWith(pool.Serving);

        pool.Wait(1);

        pool.Started.Should().HaveCount(1);
    }

    [Fact]
    public void Those_on_their_way_count_as_idle()
    {
        Pool pool = Running(first: 2, minSpare: 1, maxSpare: 2, most: 10);
        _busy.UnionWith([0, 1]);
        pool.Wait(1);
        pool.Starting.Should().HaveCount(1);

        pool.Wait(10);

        pool.Started.Should().BeEmpty();
    }

    [Fact]
    public void Nobody_is_too_many_while_those_that_were_just_started_have_not_had_a_chance()
    {
        Pool pool = Running(first: 2, minSpare: 1, maxSpare: 1, most: 9);
        _busy.UnionWith([0, 1]);
        pool.Wait(1);
        _busy.Add(2);
        pool.AllReady();
        pool.Wait(1);
        pool.AllReady();
        pool.Serving.Should().HaveCount(4, "one idle one is wanted");
        pool.All.Clear();
        _busy.Add(3);
        pool.Wait(1);
        pool.Starting.Should().NotBeEmpty();
        pool.Wait(0.5);
        pool.AllReady();
        _busy.Remove(3); // and now two are idle, of which one has only just come

        pool.Wait(0.5);
        pool.All.OfType<PoolAction.TellToLeave>().Should().BeEmpty();
        pool.Wait(1);
        pool.All.OfType<PoolAction.TellToLeave>().Should().ContainSingle();
    }

    [Fact]
    public void One_too_many_a_second_is_told_and_it_is_an_idle_one()
    {
        _busy.UnionWith([0, 1, 2]);
        Pool pool = Running(first: 3, minSpare: 3, maxSpare: 3, most: 9);
        Grow(pool, 3);
        _busy.UnionWith(pool.Serving);
        Grow(pool, 3);
        pool.Serving.Should().HaveCount(9);
        _busy.Clear();
        _busy.UnionWith([1, 3, 7]);

        pool.Wait(1);
        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(8, WorkerExitCause.Idle));
        pool.Wait(1);
        pool.Told.Should().Equal(6);
        pool.Wait(60);

        pool.Told.Should().Equal([5], "then no more than three are idle");
        pool.Serving.Should().Equal(0, 1, 2, 3, 4, 7);
    }

    [Fact]
    public void Nobody_is_too_many_during_a_reload()
    {
        Pool pool = Running(first: 8, minSpare: 1, maxSpare: 2, most: 10);

        pool.Reload();
        pool.Wait(5);

        pool.Told.Should().BeEmpty();
    }

    [Fact]
    public void There_are_never_more_than_the_maximum_and_the_host_is_told_to_pause_and_to_go_on()
    {
        Pool pool = Running(first: 1, minSpare: 2, maxSpare: 3, most: 3);
        Grow(pool, 5);
        pool.Serving.Should().HaveCount(2, "both are idle");
        _busy.UnionWith([0, 1, 2]);
        pool.Wait(1);
        pool.Said<PoolAction.SayPaused>().Should().BeEmpty("one is on its way");
        pool.AllReady();

        pool.Wait(1);
        pool.Said<PoolAction.SayPaused>().Should().Equal(new PoolAction.SayPaused(3));
        pool.Wait(10);
        pool.Started.Should().BeEmpty();
        pool.Said<PoolAction.SayPaused>().Should().BeEmpty("once is enough");
        _busy.Remove(1);
        pool.Wait(1);

        pool.Said<PoolAction.SayResumed>().Should().ContainSingle();
    }

    [Fact]
    public void More_that_are_allowed_end_the_pause_at_once()
    {
        Pool pool = Running(first: 2, minSpare: 1, maxSpare: 2, most: 2);
        _busy.UnionWith([0, 1]);
        pool.Wait(1);
        pool.Said<PoolAction.SayPaused>().Should().ContainSingle();

        pool.Scale(1);

        pool.Said<PoolAction.SayResumed>().Should().ContainSingle();
        pool.Wait(1);
        pool.Started.Should().HaveCount(1);
    }

    [Fact]
    public void One_that_crashes_is_replaced_whatever_is_idle()
    {
        Pool pool = Running(first: 3, minSpare: 1, maxSpare: 5, most: 10);

        pool.Crashes(1);

        pool.Started.Should().Equal(1);
    }

    [Fact]
    public void A_connection_that_still_waits_when_the_last_step_is_up_starts_the_next_step_at_once()
    {
        Pool pool = Running(first: 1, minSpare: 1, maxSpare: 2, most: 10);
        Demand.Listens(pool.State, pool.Now).Should().BeFalse("one is idle");
        _busy.UnionWith([0, 1]);
        pool.Wait(1);
        pool.Starting.Should().Equal(1);
        Demand.Listens(pool.State, pool.Now).Should().BeFalse("one is on its way");
        pool.AllReady();
        Demand.Listens(pool.State, pool.Now).Should().BeTrue();

        pool.ConnectionWaits();

        pool.Started.Should().Equal(2, 3);
    }

    [Fact]
    public void A_connection_that_waits_starts_nobody_when_one_has_become_idle()
    {
        Pool pool = Running(first: 1, minSpare: 1, maxSpare: 2, most: 10);
        _busy.Add(0);
        pool.Wait(1);
        pool.AllReady();

        pool.ConnectionWaits();

        pool.Started.Should().BeEmpty("1 takes it");
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
    }

    private static void Grow(Pool pool, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            pool.Wait(1);
            pool.AllReady();
        }
    }

    private Pool Running(int first, int minSpare, int maxSpare, int most)
    {
        var demand = new DemandPolicy { Sizing = PoolSizing.Dynamic, First = first, MinSpare = minSpare, MaxSpare = maxSpare, Most = most };
        var pool = new Pool(first, p => p with { Demand = demand })
        {
            Sees = worker => _busy.Contains(worker.Slot) ? Seen.Busy(worker.Slot) : Seen.Idle(worker.Slot),
        };
        pool.Begin();
        pool.AllReady();
        return pool;
    }
}
