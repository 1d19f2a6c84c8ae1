using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

public class StopDecisions
{
    [Fact]
    public void Everybody_is_told_once_and_the_exit_code_is_0_when_all_are_gone()
    {
        Pool pool = Pool.Ready(Pool.Policy(3));
        pool.Term();
        pool.Told(WorkerExitCause.Stopped).Should().Equal(0, 1, 2);
        pool.Ends(0);
        pool.Ends(1);
        pool.ExitCode.Should().BeNull();
        pool.Ends(2);
        pool.ExitCode.Should().Be(0);
        pool.Launches.Should().Be(0);
    }

    [Fact]
    public void A_worker_that_does_not_leave_is_killed_after_the_die_timeout_not_before_and_again_until_it_is_reaped()
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.Term();
        pool.Ends(0);
        pool.Pass(29.9);
        pool.Killed().Should().BeEmpty();
        pool.Pass(0.2);
        pool.Killed().Should().Equal(1);
        pool.Pass(5);
        pool.Killed().Should().Equal(1, 1);
        pool.Ends(1, signal: 9);
        pool.ExitCode.Should().Be(1);
    }

    [Fact]
    public void A_second_stop_kills_at_once_with_exit_code_1()
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.Term();
        pool.Term();
        pool.Killed().Should().Equal(0, 1);
        pool.Term();
        pool.Killed().Should().HaveCount(2);
        pool.Ends(0, signal: 9);
        pool.Ends(1, signal: 9);
        pool.ExitCode.Should().Be(1);
    }

    [Fact]
    public void Without_a_die_timeout_there_is_no_deadline()
    {
        Pool pool = Pool.Ready(Pool.Policy(2) with { DieTimeout = null });
        pool.Term();
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void Stop_wins_over_a_start_a_reload_and_a_crash_loop()
    {
        var starting = new Pool(Pool.Policy(2));
        starting.Begin();
        starting.Term();
        starting.Told().Should().Equal(0, 1);

        Pool reloading = Pool.Ready(Pool.Policy(2));
        reloading.Hup();
        reloading.Term();
        reloading.Told(WorkerExitCause.Stopped).Should().Equal(0, 1, 2);
        reloading.Said<PoolAction.SayReloadFinished>().Outcome.Should().Be(ReloadOutcome.Failed);
        reloading.Hup();
        reloading.Said<PoolAction.SayIgnored>();

        Pool looping = Pool.Ready(Pool.Policy(2) with { CrashLimit = 1 });
        for (int i = 0; i < 4; i++)
        {
            looping.Ends(0, code: 1);
        }

        looping.Term();
        looping.Forget();
        looping.Pass(1000);
        looping.Launches.Should().Be(0);
    }

    [Fact]
    public void A_start_that_was_under_way_when_stop_came_and_fails_ends_the_pool_too()
    {
        var pool = new Pool(Pool.Policy(1));
        (PoolState state, _) = Supervisor.Decide(pool.State, new ManagerEvent.Tick(), pool.Now);
        (state, _) = Supervisor.Decide(state, new ManagerEvent.StopRequested(), pool.Now);
        (state, IReadOnlyList<PoolAction> actions) = Supervisor.Decide(state, new ManagerEvent.LaunchFailed(0, false, "no memory"), pool.Now);
        actions.OfType<PoolAction.Finish>().Should().ContainSingle().Which.ExitCode.Should().Be(0);
        state.Phase.Should().Be(PoolPhase.Ended);
    }
}
