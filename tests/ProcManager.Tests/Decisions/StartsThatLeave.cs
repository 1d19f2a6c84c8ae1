using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>Workers that go of their own accord before they were ever ready: no crash, and yet a start that has failed.</summary>
public class StartsThatLeave
{
    public static TheoryData<string> Ways => ["own call", "stranger, told", "stranger, not told"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_pool_in_which_all_do_it_gives_up(string way)
    {
        var pool = new Pool(2);
        pool.Begin();

        for (int i = 0; i < 10; i++)
        {
            pool.State.Phase.Should().Be(PoolPhase.Running);
            Leaves(pool, pool.Starting.First(), way);
        }

        pool.All.OfType<PoolAction.SayGivingUp>().Should().ContainSingle(static g => g.Failures == 10);
        pool.Obey();
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void In_a_pool_that_serves_it_is_a_crash_loop_with_growing_delays(string way)
    {
        Pool pool = Pool.Running(2);
        pool.Crashes(0);

        for (int i = 0; i < 20; i++)
        {
            if (pool.Starting.Any())
            {
                Leaves(pool, pool.Starting.First(), way);
            }
            else
            {
                pool.ToNextWake();
            }
        }

        pool.All.OfType<PoolAction.SayCrashLoop>().Select(static c => c.Delay.TotalSeconds).Should().StartWith([0, 1, 2, 4]);
        pool.Serving.Should().Equal(1);
    }

    [Theory]
    [InlineData(true, WorkerExitCause.FailedToStart, true)]
    [InlineData(false, WorkerExitCause.AskedByOther, false)]
    public void It_counts_when_it_leaves_and_not_again_when_it_ends(bool ownCall, WorkerExitCause cause, bool unexpected)
    {
        Pool pool = Pool.Running(2);
        pool.Crashes(0);
        pool.Feed(new ManagerEvent.LeavesByItself(0, ownCall));
        pool.State.Breaker.Failures.Should().HaveCount(2);

        pool.Exits(0);

        pool.State.Breaker.Failures.Should().HaveCount(2);
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, cause, unexpected));
    }

    [Fact]
    public void One_that_has_served_may_go_as_often_as_it_likes()
    {
        Pool pool = Pool.Running(1);
        for (int i = 0; i < 50; i++)
        {
            int slot = pool.Serving.Single();
            pool.Feed(new ManagerEvent.LeavesByItself(slot, OwnCall: true, Served: true));
            pool.Exits(slot);
            pool.AllReady();
        }

        pool.State.Breaker.Failures.Should().BeEmpty();
    }

    [Fact]
    public void A_canary_that_goes_by_its_own_call_fails_the_reload()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();

        Leaves(pool, 2, "own call");

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Failed, "worker 2 left by itself before it was ready"));
        pool.Starting.Should().BeEmpty();
        pool.Serving.Should().Equal(0, 1);
    }

    [Theory]
    [InlineData("stranger, told")]
    [InlineData("stranger, not told")]
    public void A_strangers_signal_to_the_canary_fails_no_reload_but_one_after_the_other_does(string way)
    {
        Pool pool = Pool.Running(2);
        pool.Reload();
        Leaves(pool, 2, way);
        pool.State.Reload.Should().NotBeNull("somebody sent one signal");
        pool.Starting.Should().ContainSingle();

        for (int i = 1; i < 10; i++)
        {
            Leaves(pool, pool.Starting.Single(), way);
        }

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Failed);
        pool.Starting.Should().BeEmpty();
        pool.Calm();
        pool.Serving.Should().Equal(0, 1);
        pool.State.Breaker.Open.Should().BeFalse();
    }

    [Fact]
    public void On_demand_the_next_connection_is_not_answered_with_a_start_at_once_for_ever()
    {
        var pool = new Pool(4, static p => p with { CrashLimit = 3, Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 0, Most = 4 } });
        pool.Begin();
        pool.ConnectionWaits();
        pool.AllReady();
        pool.Sees = static worker => Seen.Busy(worker.Slot);
        for (int i = 0; i < 200; i++)
        {
            pool.Wait(0.02);
            if (Demand.Listens(pool.State, pool.Now))
            {
                pool.ConnectionWaits();
            }

            foreach (int slot in pool.Starting.ToArray())
            {
                Leaves(pool, slot, "own call");
            }
        }

        pool.State.Breaker.Open.Should().BeTrue();
        pool.All.OfType<PoolAction.Launch>().Count().Should().BeLessThan(16, "four seconds have passed, and the delays grow");
    }

    private static void Leaves(Pool pool, int slot, string way)
    {
        if (way == "stranger, not told")
        {
            pool.EndsBy(slot, 15); // before its handler was there
        }
        else
        {
            pool.Feed(new ManagerEvent.LeavesByItself(slot, way == "own call"), new ManagerEvent.Ended(slot, 0, null, "exit code 0"));
        }
    }
}
