using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class FillingThePool
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(100)]
    public void All_wanted_workers_are_started_at_the_first_look(int count)
    {
        var pool = new Pool(count);

        pool.Begin();

        pool.Started.Should().Equal(Enumerable.Range(0, count));
        pool.Starting.Should().HaveCount(count);
    }

    [Fact]
    public void Between_two_starts_is_the_start_delay()
    {
        var pool = new Pool(3, static p => p with { StartDelay = TimeSpan.FromSeconds(2) });

        pool.Begin();
        pool.Started.Should().Equal(0);
        pool.Wait(1.9);
        pool.Started.Should().BeEmpty();
        pool.Wait(0.1);
        pool.Started.Should().Equal(1);
        pool.Wait(2);
        pool.Started.Should().Equal(2);
        pool.Wait(60 - 4 - 1);
        pool.Started.Should().BeEmpty("all are there");
    }

    [Fact]
    public void A_pool_of_hundreds_is_started_in_batches_so_that_signals_are_heard_in_between()
    {
        var pool = new Pool(300);
        var started = new Dictionary<TimeSpan, int>();
        pool.Decided = (_, _, actions) => started[pool.Now] = started.GetValueOrDefault(pool.Now) + actions.OfType<PoolAction.Launch>().Count();

        pool.Begin();

        started.Values.Should().OnlyContain(static n => n <= 8, "one time is one turn of the loop, and signals are heard in the next");
        started.Values.Sum().Should().Be(300);
    }

    [Fact]
    public void A_worker_that_ended_is_replaced_at_once_in_the_lowest_free_slot()
    {
        Pool pool = Pool.Running(4);

        pool.Crashes(2);

        pool.Started.Should().Equal(2);
    }

    [Fact]
    public void A_worker_that_leaves_is_replaced_before_it_is_gone()
    {
        Pool pool = Pool.Running(2);

        pool.LeavesByItself(0);

        pool.Started.Should().Equal(2);
        pool.Leaving.Should().Equal(0);
    }

    [Fact]
    public void When_every_slot_is_taken_by_the_leaving_the_next_to_end_makes_room()
    {
        Pool pool = Pool.Running(2, static p => p with { MaxSlots = 2 });

        pool.LeavesByItself(0);
        pool.Started.Should().BeEmpty();
        pool.Exits(0);

        pool.Started.Should().Equal(0);
    }
}
