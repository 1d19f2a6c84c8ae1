using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class EndsOfWorkers
{
    [Theory]
    [InlineData(true, 0, null, WorkerExitCause.LeftByItself, true)]
    [InlineData(true, 1, null, WorkerExitCause.Crashed, true)]
    [InlineData(true, 255, null, WorkerExitCause.Crashed, true)]
    [InlineData(true, null, 11, WorkerExitCause.Crashed, true)]
    [InlineData(true, null, 9, WorkerExitCause.Crashed, true)]
    [InlineData(true, null, 1, WorkerExitCause.AskedByOther, false)]
    [InlineData(true, null, 2, WorkerExitCause.AskedByOther, false)]
    [InlineData(true, null, 3, WorkerExitCause.AskedByOther, false)]
    [InlineData(true, null, 15, WorkerExitCause.AskedByOther, false)]
    [InlineData(true, null, null, WorkerExitCause.Unknown, true)]
    [InlineData(false, 0, null, WorkerExitCause.FailedToStart, true)]
    [InlineData(false, 134, null, WorkerExitCause.FailedToStart, true)]
    [InlineData(false, null, 6, WorkerExitCause.FailedToStart, true)]
    [InlineData(false, null, 15, WorkerExitCause.AskedByOther, false, true)] // no fault of the program; but counted, or it could be started for ever
    [InlineData(false, null, null, WorkerExitCause.FailedToStart, true)]
    public void An_end_that_nobody_ordered_is_put_down_to(bool ready, int? code, int? signal, WorkerExitCause cause, bool failure, bool counted = false)
    {
        var pool = new Pool(1);
        pool.Begin();
        if (ready)
        {
            pool.Ready(0);
        }

        pool.Feed(new ManagerEvent.Ended(0, code, signal, "how it ended"));

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, cause, failure));
        pool.State.Breaker.Failures.Should().HaveCount(failure || counted ? 1 : 0);
        pool.Started.Should().Equal([0], "whatever it was, it is replaced");
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(null, 15)]
    [InlineData(null, 11)]
    public void An_end_that_the_manager_ordered_is_put_down_to_the_order(int? code, int? signal)
    {
        Pool pool = Pool.Running(2);
        pool.Scale(-1);

        pool.Feed(new ManagerEvent.Ended(1, code, signal, ""));

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(1, WorkerExitCause.ScaledDown, false));
    }

    [Fact]
    public void A_worker_that_leaves_by_itself_was_asked_by_somebody_else_and_is_no_failure()
    {
        Pool pool = Pool.Running(1);
        pool.LeavesByItself(0);

        pool.Exits(0);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.AskedByOther, false));
    }

    [Fact]
    public void However_many_a_stranger_sends_away_it_is_no_crash_loop()
    {
        Pool pool = Pool.Running(1);
        for (int i = 0; i < 100; i++)
        {
            pool.EndsBy(0, 15);
            pool.Ready(0);
        }

        pool.All.OfType<PoolAction.SayCrashLoop>().Should().BeEmpty();
    }

    [Fact]
    public void Reports_of_workers_that_do_not_exist_change_nothing()
    {
        Pool pool = Pool.Running(1);

        pool.Feed(
            new ManagerEvent.Ended(7, 0, null, ""), new ManagerEvent.Ready(7), new ManagerEvent.Launched(7), new ManagerEvent.LaunchFailed(7, true, ""),
            new ManagerEvent.AsksToLeave(7, WorkerExitCause.RequestLimit), new ManagerEvent.LeavesByItself(7));

        pool.Last.Should().BeEmpty();
    }

    [Fact]
    public void Ready_is_said_once_for_each_worker()
    {
        Pool pool = Pool.Running(1);

        pool.Ready(0);

        pool.Last.Should().BeEmpty();
    }
}
