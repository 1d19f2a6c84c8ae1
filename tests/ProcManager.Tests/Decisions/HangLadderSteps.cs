using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class HangLadderSteps
{
    [Theory]
    [Trait("Row", "B8")]
    [InlineData(WatchdogSteps.Kill, "SayHung Kill")]
    [InlineData(WatchdogSteps.Log | WatchdogSteps.Kill, "SayHung Kill")]
    [InlineData(WatchdogSteps.Terminate | WatchdogSteps.Kill, "SayHung TellToLeave Kill")]
    [InlineData(WatchdogSteps.Capture | WatchdogSteps.Kill, "SayHung Capture EndCapture Kill")]
    [InlineData(WatchdogSteps.Dump | WatchdogSteps.Kill, "SayHung Capture EndCapture Kill")]
    [InlineData(WatchdogSteps.Log | WatchdogSteps.Capture | WatchdogSteps.Terminate | WatchdogSteps.Kill, "SayHung Capture EndCapture TellToLeave Kill")]
    [InlineData(WatchdogSteps.Keep, "SayHung Keep")]
    [InlineData(WatchdogSteps.Terminate | WatchdogSteps.Keep, "SayHung Keep")]
    [InlineData(WatchdogSteps.Capture | WatchdogSteps.Keep, "SayHung Capture EndCapture Keep")]
    public void Each_ladder_takes_its_steps_in_order(WatchdogSteps ladder, string steps)
    {
        Pool pool = new HungWorker(ladder).Find().Pool;
        pool.Feed(new ManagerEvent.Captured(0));
        pool.Wait(HungWorker.Grace);

        pool.All.Where(static a => a is PoolAction.SayHung or PoolAction.Capture or PoolAction.EndCapture or PoolAction.TellToLeave or PoolAction.Kill or PoolAction.Keep)
            .Select(static a => a.GetType().Name).Distinct().Should().Equal(steps.Split(' '));
        pool.All.OfType<PoolAction.SayHung>().Single().Told.Should().Be(ladder.HasFlag(WatchdogSteps.Log));
        pool.Starting.Should().ContainSingle("it is replaced");
    }

    [Fact]
    public void TERM_comes_first_and_KILL_after_the_grace_time_armed_on_the_request()
    {
        Pool pool = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill).Find().Pool;
        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.Hung));
        pool.Killed.Should().BeEmpty();
        pool.Wait(4.9);
        pool.Killed.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.Kill>().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Slot = 0, Cause = WorkerExitCause.Hung, Armed = HungWorker.Request });
    }

    [Fact]
    public void A_capture_that_does_not_end_is_waited_for_for_its_time_limit_and_a_little_more()
    {
        Pool pool = new HungWorker(WatchdogSteps.Capture | WatchdogSteps.Kill, static p => p with { Interval = TimeSpan.FromSeconds(9) }).Find().Pool;

        pool.Wait(11.9);
        pool.Said<PoolAction.EndCapture>().Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.EndCapture>().Should().Equal(new PoolAction.EndCapture(0));
        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void No_more_than_two_are_looked_into_at_once_and_the_ladder_waits_for_nobody()
    {
        var hung = new HungWorker(WatchdogSteps.Capture | WatchdogSteps.Dump | WatchdogSteps.Kill, count: 5);
        Pool pool = hung.Find().Pool;
        pool.Said<PoolAction.SayHung>().Should().HaveCount(5);
        pool.Said<PoolAction.Capture>().Select(static c => c.IsOneTooMany).Should().Equal(false, false, true, true, true);

        pool.Feed([.. new[] { 2, 3, 4 }.Select(static s => new ManagerEvent.Captured(s))]);
        pool.Killed.Should().Equal(2, 3, 4);
        pool.Feed(new ManagerEvent.Captured(0));
        pool.Killed.Should().Equal(0);
        pool.Obey();
        pool.AllReady();
        pool.Wait(12);

        pool.Killed.Should().Equal(1);
        pool.All.OfType<PoolAction.Launch>().Should().HaveCount(5);
    }

    [Theory]
    [InlineData('T')]
    [InlineData('D')]
    public void A_stopped_worker_and_one_the_kernel_holds_get_no_TERM(char state)
    {
        Pool pool = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill, state: state).Find().Pool;

        pool.All.Should().NotContain(static a => a is PoolAction.TellToLeave);
        pool.Killed.Should().Equal(0);
    }

    [Theory]
    [InlineData('T', 3)]
    [InlineData('D', 1)]
    public void KILL_is_sent_again_but_not_to_what_the_kernel_holds(char state, int kills)
    {
        Pool pool = new HungWorker(WatchdogSteps.Kill, state: state).Find().Pool;

        pool.Wait(10);

        pool.All.OfType<PoolAction.Kill>().Should().HaveCount(kills);
    }

    [Fact]
    public void Workers_the_kernel_holds_do_not_pile_up_behind_replacements_that_get_held_too()
    {
        Pool pool = new HungWorker(WatchdogSteps.Kill, state: 'D').Find().Pool;
        for (int i = 0; i < 20; i++)
        {
            pool.AllReady();
            pool.Wait(300);
        }

        pool.State.Workers.Should().HaveCount(2, "one is wanted, and the surge is one");
    }

    [Fact]
    public void A_kept_worker_is_out_of_the_pool_for_good_and_gets_no_signal()
    {
        var hung = new HungWorker(WatchdogSteps.Keep).Find();
        Pool pool = hung.Pool;
        pool.Said<PoolAction.Keep>().Should().Equal(new PoolAction.Keep(0, HungWorker.Request));
        pool.AllReady();
        hung.Ended = true;
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Exits(1);

        pool.Reloaded.Should().Equal([ReloadOutcome.Succeeded], "nobody waits for it");
        pool.All.OfType<PoolAction.TellToLeave>().Should().NotContain(static t => t.Slot == 0);
        pool.Worker(0).Phase.Should().Be(WorkerPhase.Kept);
    }

    [Fact]
    public void No_more_are_kept_than_the_limit_says_further_ones_are_terminated_and_killed()
    {
        var hung = new HungWorker(WatchdogSteps.Keep).Find();
        Pool pool = hung.Pool;
        pool.AllReady();

        hung.Find();

        pool.Said<PoolAction.SayKeepLimit>().Should().Equal(new PoolAction.SayKeepLimit(1, 1));
        pool.Told.Should().Equal(1);
        pool.Wait(HungWorker.Grace);
        pool.Killed.Should().Equal(1);
    }

    [Fact]
    public void A_stop_kills_the_kept_ones_at_once()
    {
        Pool pool = new HungWorker(WatchdogSteps.Keep).Find().Pool;

        pool.Stop();

        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void A_new_worker_that_hangs_fails_the_reload()
    {
        var hung = new HungWorker(WatchdogSteps.Kill, canary: 3600);
        Pool pool = hung.Pool;
        hung.Ended = true;
        pool.Reload();
        pool.AllReady();
        pool.Sees = static worker => worker.Slot == 1 ? Seen.In(1, 9) : Seen.Idle(worker.Slot);

        hung.Find();

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Serving.Should().Equal(0);
    }
}
