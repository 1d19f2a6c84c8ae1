using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

public class CrashDecisions
{
    private static readonly PoolPolicy Policy = Pool.Policy(2) with { CrashLimit = 4 };

    [Fact]
    public void Failures_below_the_limit_are_replaced_at_once()
    {
        Pool pool = Pool.Ready(Policy);
        for (int i = 0; i < 3; i++)
        {
            pool.Ends(0, code: 1);
        }

        pool.Launches.Should().Be(3);
        pool.State.Breaker.Open.Should().BeFalse();
        pool.Pass(11);
        pool.Ends(0, code: 1);
        pool.State.Breaker.Open.Should().BeFalse();
    }

    [Fact]
    public void A_crash_loop_tries_one_at_a_time_with_delays_that_double_up_to_the_cap()
    {
        Pool pool = Pool.Ready(Policy with { MaxRestartDelay = TimeSpan.FromSeconds(5) });
        pool.Ready(0);
        for (int i = 0; i < 4; i++)
        {
            pool.Ends(0, code: 1);
        }

        var delays = new List<double>();
        for (int i = 0; i < 6; i++)
        {
            delays.Add(pool.Actions.OfType<PoolAction.SayCrashLoop>().Last().Delay.TotalSeconds);
            pool.Pass(delays[^1]);
            pool.State.Workers.Count(static w => w.Phase == WorkerPhase.Starting).Should().Be(1);
            pool.Ends(0, code: 1);
        }

        delays.Should().Equal(0, 1, 2, 4, 5, 5);
        pool.Serving.Should().Be(1);
        pool.Told().Should().BeEmpty();
    }

    [Fact]
    public void A_worker_on_trial_that_holds_ends_the_crash_loop_and_the_others_are_started()
    {
        Pool pool = Pool.Ready(Pool.Policy(3) with { CrashLimit = 1 });
        for (int i = 0; i < 9; i++)
        {
            pool.Ends(pool.State.Workers[0].Slot, code: 1);
        }

        pool.State.Breaker.Open.Should().BeTrue();
        pool.State.Workers.Should().BeEmpty();
        pool.Pass(1);
        WorkerState probe = pool.State.Workers.Single(static w => w.Phase == WorkerPhase.Starting);
        pool.Ready(probe.Slot);
        pool.State.Workers.Length.Should().Be(1);
        pool.Pass(1.1);
        pool.Said<PoolAction.SayCrashLoopOver>();
        pool.State.Workers.Length.Should().Be(3);
    }

    [Fact]
    public void A_reload_tries_again_at_once()
    {
        Pool pool = Pool.Ready(Policy);
        for (int i = 0; i < 8; i++)
        {
            pool.Pass(pool.State.Breaker.ProbeAt > pool.Now ? pool.State.Breaker.ProbeAt - pool.Now : default);
            pool.Ends(0, code: 1);
        }

        pool.State.Workers.Length.Should().Be(1);
        pool.Hup();
        pool.State.Workers.Length.Should().Be(2);
        pool.State.Breaker.Open.Should().BeFalse();
    }

    [Fact]
    public void A_pool_in_which_no_worker_ever_became_ready_gives_up_with_1()
    {
        var pool = new Pool(Policy);
        pool.Begin();
        for (int i = 0; i < 4; i++)
        {
            pool.Ends(pool.State.Workers[0].Slot, code: 3);
        }

        pool.Said<PoolAction.SayGivingUp>().Failures.Should().Be(4);
        foreach (WorkerState worker in pool.State.Workers)
        {
            pool.Ends(worker.Slot);
        }

        pool.ExitCode.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_start_that_can_never_succeed_ends_only_a_pool_that_never_served(bool everReady)
    {
        Pool pool = everReady ? Pool.Ready(Policy) : new Pool(Policy);
        pool.StartFails = static () => (true, "no such file");
        if (everReady)
        {
            pool.Ends(0, code: 1);
            pool.Pass(100);
            pool.ExitCode.Should().BeNull();
            pool.Serving.Should().Be(1);
            pool.Launches.Should().BeInRange(4, 12);
        }
        else
        {
            pool.Begin();
            pool.ExitCode.Should().Be(1);
        }
    }

    [Fact]
    public void A_passing_start_failure_is_tried_again_after_a_second_and_never_given_up()
    {
        var pool = new Pool(Policy) { StartFails = static () => (false, "no memory") };
        pool.Begin();
        pool.Actions.OfType<PoolAction.SayStartRetry>().Should().OnlyContain(static s => s.Delay == TimeSpan.FromSeconds(1));
        pool.Pass(3600);
        pool.ExitCode.Should().BeNull();
        pool.StartFails = static () => null;
        pool.Pass(31);
        pool.AllReady();
        pool.Pass(2);
        pool.AllReady();
        pool.Serving.Should().Be(2);
    }

    [Theory]
    [InlineData(null, 15, WorkerExitCause.AskedByOther, false)]
    [InlineData(null, 1, WorkerExitCause.AskedByOther, false)]
    [InlineData(null, 9, WorkerExitCause.Crashed, true)]
    [InlineData(3, null, WorkerExitCause.Crashed, true)]
    [InlineData(0, null, WorkerExitCause.LeftByItself, true)]
    [InlineData(null, null, WorkerExitCause.Unknown, true)]
    public void Each_end_is_put_down_to_its_cause(int? code, int? signal, WorkerExitCause cause, bool unexpected)
    {
        Pool pool = Pool.Ready(Policy);
        pool.Ends(0, code, signal);
        PoolAction.SayEnded ended = pool.Said<PoolAction.SayEnded>();
        (ended.Cause, ended.Unexpected).Should().Be((cause, unexpected));
        pool.State.Breaker.Failures.Length.Should().Be(unexpected ? 1 : 0);
    }

    [Fact]
    public void A_worker_that_is_not_ready_in_time_is_killed_and_counts_as_failed()
    {
        var pool = new Pool(Policy);
        pool.Begin();
        pool.Ready(0);
        pool.Pass(59.9);
        pool.Killed().Should().BeEmpty();
        pool.Pass(0.2);
        pool.Killed().Should().Equal(1);
        pool.Ends(1, signal: 9);
        pool.Said<PoolAction.SayEnded>().Cause.Should().Be(WorkerExitCause.StartTimeout);
    }

    [Fact]
    public void Time_in_which_the_manager_was_away_counts_for_nobody()
    {
        var pool = new Pool(Policy);
        pool.Begin();
        pool.Happens(new ManagerEvent.Slept(TimeSpan.FromHours(1)));
        pool.Pass(3600 + 59);
        pool.Killed().Should().BeEmpty();
        pool.Pass(2);
        pool.Killed().Should().Equal(0, 1);
    }
}
