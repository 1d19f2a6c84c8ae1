using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class SparedKills
{
    [Fact]
    public void A_request_that_ends_during_the_capture_harms_nobody()
    {
        var hung = new HungWorker(WatchdogSteps.Capture | WatchdogSteps.Terminate | WatchdogSteps.Kill).Find();
        Pool pool = hung.Pool;
        hung.Ended = true;

        pool.Feed(new ManagerEvent.Captured(0));

        pool.Said<PoolAction.SayHangOver>().Should().ContainSingle();
        pool.Told.Should().Equal([1], "the one that was started in its place is one too many now");
        pool.Obey();
        pool.Wait(600);
        pool.Serving.Should().Equal(0);
        pool.All.OfType<PoolAction.TellToLeave>().Should().NotContain(static t => t.Slot == 0);
        pool.All.OfType<PoolAction.Kill>().Should().BeEmpty();
    }

    [Fact]
    public void A_kill_is_spared_when_the_request_has_ended_and_the_worker_serves_on()
    {
        var hung = new HungWorker(WatchdogSteps.Kill);
        Pool pool = hung.Pool;
        pool.UnderWay = static (_, _) => false;

        hung.Find();
        pool.Said<PoolAction.SayHangOver>().Should().ContainSingle();
        hung.Ended = true;
        pool.Wait(600);

        pool.Serving.Should().Equal(0);
        pool.State.Workers.Where(static w => w.IsLive).Should().ContainSingle();
    }

    [Fact]
    public void One_that_was_told_and_is_spared_leaves_in_the_die_timeout()
    {
        var hung = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill, die: 60).Find();
        Pool pool = hung.Pool;
        hung.Ended = true;
        pool.Wait(HungWorker.Grace);
        pool.Leaving.Should().Contain(0);

        pool.Wait(50);
        pool.Killed.Should().BeEmpty();
        pool.Wait(15);

        pool.Said<PoolAction.Kill>().First().Cause.Should().Be(WorkerExitCause.DieTimeout);
    }

    [Fact]
    public void One_that_was_leaving_before_it_was_found_and_is_spared_still_leaves()
    {
        var hung = new HungWorker(WatchdogSteps.Kill, die: 600);
        Pool pool = hung.Pool;
        pool.UnderWay = static (_, _) => false;
        pool.Sees = worker => worker.Slot == 0 && !hung.Ended ? Seen.In(0, 7) : Seen.Idle(worker.Slot);
        pool.LeavesByItself(0);
        pool.AllReady();

        hung.Find();
        hung.Ended = true;
        pool.Leaving.Should().Equal(0);
        pool.Exits(0);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.AskedByOther, false));
    }

    [Fact]
    public void In_a_stop_the_kill_after_the_grace_time_is_armed_all_the_same()
    {
        var hung = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill, die: 600).Find();
        Pool pool = hung.Pool;
        pool.Stop();
        hung.Ended = true;

        pool.Wait(HungWorker.Grace);

        pool.Said<PoolAction.Kill>().Should().ContainSingle().Which.Armed.Should().Be(HungWorker.Request);
        pool.Leaving.Should().Contain(0, "its request has ended; it leaves in the die timeout");
        pool.Obey();
        pool.State.Phase.Should().Be(PoolPhase.Ended);
        pool.State.ExitCode.Should().Be(0);
    }

    [Theory]
    [InlineData(WatchdogSteps.Kill)]
    [InlineData(WatchdogSteps.Terminate | WatchdogSteps.Kill)]
    public void What_cannot_be_read_is_read_again_and_neither_spared_nor_killed_for_it(WatchdogSteps ladder)
    {
        var hung = new HungWorker(ladder) { IsScope = true };
        Pool pool = hung.Pool;
        int tries = 0;
        pool.UnderWay = (_, _) => ++tries < 3 ? null : false;

        hung.Find();
        pool.Wait(10);

        tries.Should().Be(3);
        pool.All.OfType<PoolAction.SayHangOver>().Should().ContainSingle();
        pool.All.OfType<PoolAction.Kill>().Should().OnlyContain(static k => !k.WhenUnknown).And.HaveCount(3);
    }

    [Fact]
    public void One_that_stays_in_the_middle_of_writing_is_killed()
    {
        var hung = new HungWorker(WatchdogSteps.Kill) { IsScope = true };
        Pool pool = hung.Pool;
        pool.UnderWay = static (_, _) => null;

        hung.Find();
        hung.Unknown = true;
        pool.Wait(1);

        pool.All.OfType<PoolAction.Kill>().Last().WhenUnknown.Should().BeTrue();
        pool.Worker(0).Phase.Should().Be(WorkerPhase.Killed);
    }

    [Fact]
    public void A_look_that_could_not_be_read_does_not_end_a_hang()
    {
        var hung = new HungWorker(WatchdogSteps.Capture | WatchdogSteps.Kill) { IsScope = true }.Find();
        Pool pool = hung.Pool;
        hung.Unknown = true;
        pool.Feed(new ManagerEvent.Captured(0));
        pool.All.OfType<PoolAction.SayHangOver>().Should().BeEmpty();
        hung.Unknown = false;

        pool.Wait(1);

        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void A_sleep_of_the_manager_does_not_end_a_hang()
    {
        Pool pool = new HungWorker(WatchdogSteps.Capture | WatchdogSteps.Kill).Find().Pool;

        pool.Sleeps(TimeSpan.FromHours(1));
        pool.Wait(13);

        pool.All.OfType<PoolAction.SayHangOver>().Should().BeEmpty();
        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void One_whose_kill_is_spared_as_a_queued_reload_begins_is_replaced_by_that()
    {
        var hung = new HungWorker(WatchdogSteps.Kill, canary: 3600);
        Pool pool = hung.Pool;
        pool.Sees = worker => worker.Slot == 1 && !hung.Ended ? Seen.In(1, 9) : Seen.Idle(worker.Slot);
        pool.UnderWay = static (_, _) => false;
        pool.Reload();
        pool.AllReady();
        pool.Crashes(0);
        pool.Reload();

        hung.Find();
        hung.Ended = true;
        pool.AllReady();
        pool.Wait(3600);

        pool.Said<PoolAction.SayCanaryHeld>().Should().ContainSingle();
    }
}
