using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class RequestLimit
{
    [Fact]
    public void A_worker_that_asks_to_leave_serves_on_until_its_replacement_is_ready()
    {
        Pool pool = Pool.Running(2);

        pool.AsksToLeave(0);
        pool.Started.Should().Equal(2);
        pool.Told.Should().BeEmpty();
        pool.Wait(30);
        pool.Told.Should().BeEmpty();
        pool.Ready(2);

        pool.Last.OfType<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.RequestLimit));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Several_that_ask_are_replaced_within_the_surge_the_oldest_first(int surge)
    {
        Pool pool = Pool.Running(4, p => p with { MaxSurge = surge });
        pool.Decided = (_, _, _) =>
        {
            pool.Serving.Count().Should().BeGreaterThanOrEqualTo(4);
            pool.State.Workers.Count(static w => w.IsLive).Should().BeLessThanOrEqualTo(4 + surge);
        };

        pool.Feed([.. Enumerable.Range(0, 4).Select(static slot => new ManagerEvent.AsksToLeave(slot, WorkerExitCause.RequestLimit))]);
        pool.Started.Should().HaveCount(surge);
        pool.Calm();

        pool.All.OfType<PoolAction.TellToLeave>().Select(static t => t.Slot).Should().Equal(0, 1, 2, 3);
        pool.All.OfType<PoolAction.Launch>().Should().HaveCount(4);
    }

    [Fact]
    public void Its_end_is_put_down_to_the_limit_and_is_no_failure()
    {
        Pool pool = Pool.Running(1);
        pool.AsksToLeave(0);
        pool.Ready(1);

        pool.Exits(0);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.RequestLimit, false));
    }

    [Fact]
    public void One_that_crashes_while_it_waits_for_its_replacement_is_a_failure_and_is_not_replaced_twice()
    {
        Pool pool = Pool.Running(2);
        pool.AsksToLeave(0);

        pool.Crashes(0);

        pool.Started.Should().BeEmpty();
        pool.Said<PoolAction.SayEnded>().Should().ContainSingle(static e => e.Unexpected);
    }

    [Fact]
    public void When_fewer_are_wanted_the_one_that_asked_goes_without_a_replacement()
    {
        Pool pool = Pool.Running(3);
        pool.AsksToLeave(0);
        pool.Starting.Should().Equal(3);

        pool.Scale(-1);

        pool.Told.Should().Equal([0, 3], "1 and 2 serve, and that is enough");
        pool.Calm();
        pool.Serving.Should().HaveCount(2);
    }

    [Fact]
    public void A_start_that_is_refused_for_now_keeps_the_old_one_serving()
    {
        Pool pool = Pool.Running(1);
        pool.Refuses = static () => false;

        pool.AsksToLeave(0);
        pool.Wait(600);

        pool.Serving.Should().Equal(0);
        pool.Told.Should().BeEmpty();
    }
}
