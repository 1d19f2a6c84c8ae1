using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class StoppedWorkers
{
    [Fact]
    [Trait("Row", "B3")]
    public void An_idle_worker_that_stays_stopped_for_the_limit_is_hung_and_killed_without_TERM()
    {
        Pool pool = Stopped();
        pool.ToNextWake();
        pool.Wait(119.9);
        pool.All.OfType<PoolAction.SayHung>().Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.SayHung>().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Kind = HangKind.Stopped, Age = TimeSpan.FromSeconds(120) });
        pool.Killed.Should().Equal(0);
        pool.Told.Should().BeEmpty();
    }

    [Fact]
    public void One_that_stopped_in_its_request_is_hung_for_that_request()
    {
        Pool pool = Stopped();
        pool.Sees = static worker => Seen.In(worker.Slot, 7) with { Stopped = true };

        pool.Wait(200);

        pool.All.OfType<PoolAction.SayHung>().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Kind = HangKind.Stopped, Request = Seen.Key(7) });
    }

    [Fact]
    public void One_that_is_continued_in_time_is_left_alone()
    {
        Pool pool = Stopped();
        pool.Wait(100);
        pool.Sees = static worker => Seen.Idle(worker.Slot);
        pool.Wait(20);
        pool.Sees = static worker => Seen.Stopped(worker.Slot);
        pool.Wait(100);

        pool.All.Should().OnlyContain(static a => a is PoolAction.Look || a is PoolAction.Examine);
    }

    [Fact]
    public void One_that_is_continued_in_the_last_moment_is_left_alone()
    {
        Pool pool = Stopped();
        pool.Examines = static _ => ('S', TimeSpan.Zero);

        pool.Wait(130);

        pool.All.Should().OnlyContain(static a => a is PoolAction.Look || a is PoolAction.Examine);
        pool.Serving.Should().Equal(0);
    }

    [Fact]
    public void Time_in_which_the_manager_slept_does_not_count()
    {
        Pool pool = Stopped();
        pool.Wait(60);

        pool.Sleeps(TimeSpan.FromHours(8));
        pool.Wait(50);

        pool.All.OfType<PoolAction.SayHung>().Should().BeEmpty();
    }

    [Fact]
    public void Without_a_limit_nobody_is_killed_for_being_stopped()
    {
        Pool pool = Stopped(static p => p with { Limit = TimeSpan.Zero, SoftLimit = TimeSpan.FromSeconds(60) });

        pool.Wait(6000);

        pool.All.Should().OnlyContain(static a => a is PoolAction.Look);
    }

    private static Pool Stopped(Func<WatchdogPolicy, WatchdogPolicy>? with = null)
    {
        Pool pool = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill, with, state: 'T').Pool;
        pool.Sees = static worker => Seen.Stopped(worker.Slot);
        return pool;
    }
}
