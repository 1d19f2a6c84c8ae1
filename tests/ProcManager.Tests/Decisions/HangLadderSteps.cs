using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class HangLadderSteps
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly RequestKey Request = Seen.Key(7);

    private bool _ended;

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
        Pool pool = Hung(ladder);
        pool.Feed(new ManagerEvent.Captured(0));
        pool.Wait(Grace);

        pool.All.Where(static a => a is PoolAction.SayHung or PoolAction.Capture or PoolAction.EndCapture or PoolAction.TellToLeave or PoolAction.Kill or PoolAction.Keep)
            .Select(static a => a.GetType().Name).Distinct().Should().Equal(steps.Split(' '));
        pool.All.OfType<PoolAction.SayHung>().Single().Told.Should().Be(ladder.HasFlag(WatchdogSteps.Log));
        pool.Starting.Should().ContainSingle("it is replaced");
    }

    [Fact]
    public void TERM_comes_first_and_KILL_after_the_grace_time_armed_on_the_request()
    {
        Pool pool = Hung(WatchdogSteps.Terminate | WatchdogSteps.Kill);
        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.Hung));
        pool.Killed.Should().BeEmpty();
        pool.Wait(4.9);
        pool.Killed.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.Kill>().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Slot = 0, Cause = WorkerExitCause.Hung, Armed = Request });
    }

    [Fact]
    public void A_capture_that_does_not_end_is_waited_for_for_its_time_limit_and_a_little_more()
    {
        Pool pool = Hung(WatchdogSteps.Capture | WatchdogSteps.Kill, static p => p with { Interval = TimeSpan.FromSeconds(9) });

        pool.Wait(11.9);
        pool.Said<PoolAction.EndCapture>().Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.EndCapture>().Should().Equal(new PoolAction.EndCapture(0));
        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void A_request_that_ends_during_the_capture_harms_nobody()
    {
        Pool pool = Hung(WatchdogSteps.Capture | WatchdogSteps.Terminate | WatchdogSteps.Kill);
        _ended = true;

        pool.Feed(new ManagerEvent.Captured(0));

        pool.Said<PoolAction.SayHangOver>().Should().ContainSingle();
        pool.Wait(600);
        pool.Serving.Should().Equal(0);
        pool.All.Should().NotContain(static a => a is PoolAction.TellToLeave || a is PoolAction.Kill);
    }

    [Fact]
    public void A_kill_is_spared_when_the_request_has_ended_and_the_worker_serves_on()
    {
        Pool pool = Watched(WatchdogSteps.Kill);
        pool.UnderWay = static (_, _) => false;

        Find(pool);
        pool.Said<PoolAction.SayHangOver>().Should().ContainSingle();
        _ended = true;
        pool.Wait(600);

        pool.Serving.Should().Equal(0);
        pool.State.Workers.Where(static w => w.IsLive).Should().ContainSingle();
    }

    [Fact]
    public void One_that_was_told_and_is_spared_leaves_in_the_die_timeout()
    {
        Pool pool = Hung(WatchdogSteps.Terminate | WatchdogSteps.Kill, die: 60);
        _ended = true;
        pool.Wait(Grace);
        pool.Leaving.Should().Contain(0);

        pool.Wait(50);
        pool.Killed.Should().BeEmpty();
        pool.Wait(15);

        pool.Said<PoolAction.Kill>().First().Cause.Should().Be(WorkerExitCause.DieTimeout);
    }

    [Fact]
    public void One_that_was_leaving_before_it_was_found_and_is_spared_still_leaves()
    {
        Pool pool = Watched(WatchdogSteps.Kill, die: 600);
        pool.UnderWay = static (_, _) => false;
        pool.Sees = worker => worker.Slot == 0 && !_ended ? Seen.In(0, 7) : Seen.Idle(worker.Slot);
        pool.LeavesByItself(0);
        pool.AllReady();

        Find(pool);
        _ended = true;
        pool.Leaving.Should().Equal(0);
        pool.Exits(0);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.AskedByOther, false));
    }

    [Theory]
    [InlineData('T')]
    [InlineData('D')]
    public void A_stopped_worker_and_one_the_kernel_holds_get_no_TERM(char state)
    {
        Pool pool = Hung(WatchdogSteps.Terminate | WatchdogSteps.Kill, state: state);

        pool.All.Should().NotContain(static a => a is PoolAction.TellToLeave);
        pool.Killed.Should().Equal(0);
    }

    [Theory]
    [InlineData('T', 3)]
    [InlineData('D', 1)]
    public void KILL_is_sent_again_but_not_to_what_the_kernel_holds(char state, int kills)
    {
        Pool pool = Hung(WatchdogSteps.Kill, state: state);

        pool.Wait(10);

        pool.All.OfType<PoolAction.Kill>().Should().HaveCount(kills);
    }

    [Fact]
    public void Workers_the_kernel_holds_do_not_pile_up_behind_replacements_that_get_held_too()
    {
        Pool pool = Hung(WatchdogSteps.Kill, state: 'D');
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
        Pool pool = Hung(WatchdogSteps.Keep);
        pool.Said<PoolAction.Keep>().Should().Equal(new PoolAction.Keep(0, Request));
        pool.AllReady();
        _ended = true;
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
        Pool pool = Hung(WatchdogSteps.Keep);
        pool.AllReady();

        Find(pool);

        pool.Said<PoolAction.SayKeepLimit>().Should().Equal(new PoolAction.SayKeepLimit(1, 1));
        pool.Told.Should().Equal(1);
        pool.Wait(Grace);
        pool.Killed.Should().Equal(1);
    }

    [Fact]
    public void A_stop_kills_the_kept_ones_at_once()
    {
        Pool pool = Hung(WatchdogSteps.Keep);

        pool.Stop();

        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void In_a_stop_the_kill_after_the_grace_time_is_armed_all_the_same()
    {
        Pool pool = Hung(WatchdogSteps.Terminate | WatchdogSteps.Kill, die: 600);
        pool.Stop();
        _ended = true;

        pool.Wait(Grace);

        pool.Said<PoolAction.Kill>().Should().ContainSingle().Which.Armed.Should().Be(Request);
        pool.Leaving.Should().Contain(0, "its request has ended; it leaves in the die time-out");
        pool.Obey();
        pool.State.Phase.Should().Be(PoolPhase.Ended);
        pool.State.ExitCode.Should().Be(0);
    }

    [Fact]
    public void A_new_worker_that_hangs_fails_the_reload()
    {
        Pool pool = Watched(WatchdogSteps.Kill, canary: 3600);
        _ended = true;
        pool.Reload();
        pool.AllReady();
        pool.Sees = static worker => worker.Slot == 1 ? Seen.In(1, 9) : Seen.Idle(worker.Slot);

        Find(pool);

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Serving.Should().Equal(0);
    }

    [Fact]
    public void One_whose_kill_is_spared_as_a_queued_reload_begins_is_replaced_by_that()
    {
        Pool pool = Watched(WatchdogSteps.Kill, canary: 3600);
        pool.Sees = worker => worker.Slot == 1 && !_ended ? Seen.In(1, 9) : Seen.Idle(worker.Slot);
        pool.UnderWay = static (_, _) => false;
        pool.Reload();
        pool.AllReady();
        pool.Crashes(0);
        pool.Reload();

        Find(pool);
        _ended = true;
        pool.AllReady();
        pool.Wait(3600);

        pool.Said<PoolAction.SayCanaryHeld>().Should().ContainSingle();
    }

    private static void Find(Pool pool)
    {
        for (int looks = 0; looks < 100; looks++)
        {
            pool.ToNextWake();
            if (pool.Said<PoolAction.SayHung>().Any())
            {
                return;
            }
        }

        throw new InvalidOperationException("Nothing was found.");
    }

    private Pool Hung(WatchdogSteps ladder, Func<WatchdogPolicy, WatchdogPolicy>? with = null, char state = 'S', double die = 30)
    {
        Pool pool = Watched(ladder, with, state, die);
        Find(pool);
        return pool;
    }

    private Pool Watched(WatchdogSteps ladder, Func<WatchdogPolicy, WatchdogPolicy>? with = null, char state = 'S', double die = 30, double canary = 1)
    {
        var policy = new WatchdogPolicy { Limit = TimeSpan.FromSeconds(120), Interval = TimeSpan.FromSeconds(10), Ladder = ladder, Grace = Grace };
        Pool pool = Pool.Running(1, p => p with
        {
            Watchdog = with?.Invoke(policy) ?? policy,
            DieTimeout = TimeSpan.FromSeconds(die),
            CanaryTime = TimeSpan.FromSeconds(canary),
            StartTimeout = null,
        });
        pool.Sees = worker => _ended || !worker.EverReady ? Seen.Idle(worker.Slot) : Seen.In(worker.Slot, 7);
        pool.Examines = _ => (state, TimeSpan.Zero);
        pool.UnderWay = (_, _) => !_ended;
        return pool;
    }
}
