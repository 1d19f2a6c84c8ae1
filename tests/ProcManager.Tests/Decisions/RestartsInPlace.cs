using ProcManager.Handover;
using ProcManager.Runtime;
using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>When the new program may take over the manager's process.</summary>
public class RestartsInPlace
{
    [Fact]
    public void The_new_program_is_tried_first_and_takes_over_when_it_can_start()
    {
        Pool pool = Pool.Running(2);
        Request(pool);
        pool.Last.Should().Equal(new PoolAction.TryNewProgram());
        RestartInPlace.IsDue(pool.State).Should().BeFalse();
        pool.Feed(new ManagerEvent.RestartTried(null));
        pool.Last.Should().BeEmpty();
        RestartInPlace.IsDue(pool.State).Should().BeTrue();
    }

    [Fact]
    public void A_new_program_that_cannot_start_changes_nothing()
    {
        Pool pool = Pool.Running(2);
        Request(pool);
        pool.Feed(new ManagerEvent.RestartTried("it is missing"));
        pool.Last.Should().Equal(new PoolAction.SayRestartRefused("it is missing"));
        Request(pool);
        pool.Last.Should().Equal(new PoolAction.TryNewProgram());
        pool.Feed(new ManagerEvent.RestartTried(null), new ManagerEvent.RestartFailed("no memory"));
        pool.Last.Should().Equal(new PoolAction.SayRestartRefused("no memory"));
        RestartInPlace.IsDue(pool.State).Should().BeFalse();
        pool.ServedAndCrashes(0);
        pool.Started.Should().Equal(0);
    }

    [Fact]
    public void A_second_request_and_one_while_the_pool_stops_are_told_so()
    {
        Pool pool = Pool.Running(1);
        Request(pool);
        Request(pool);
        pool.Last.Should().Equal(new PoolAction.SayIgnored("restart in place", "one is under way"));
        pool.Stop();
        pool.Last.Should().Contain(new PoolAction.EndTrial());
        Request(pool);
        pool.Last.Should().Equal(new PoolAction.SayIgnored("restart in place", "the pool is stopping"));
        pool.Feed(new ManagerEvent.RestartTried(null));
        pool.Last.Should().BeEmpty();
        RestartInPlace.IsDue(pool.State).Should().BeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_order_that_comes_before_the_exec_comes_first(bool stops)
    {
        Pool pool = Pool.Running(2);
        Request(pool);
        pool.Feed(new ManagerEvent.RestartTried(null), stops ? new ManagerEvent.StopRequested() : new ManagerEvent.ReloadRequested());
        RestartInPlace.IsDue(pool.State).Should().BeFalse();
        pool.State.Restart.Should().Be(stops ? RestartStep.None : RestartStep.Waiting);
    }

    [Fact]
    public void The_start_of_the_pool_is_finished_first()
    {
        var pool = new Pool(1);
        pool.Begin();
        Request(pool);
        pool.Feed(new ManagerEvent.RestartTried(null));
        pool.Last.Should().Equal(new PoolAction.SayRestartWaits("the start of the pool"));
        pool.AllReady();
        RestartInPlace.IsDue(pool.State).Should().BeTrue();
    }

    [Fact]
    public void A_trial_that_takes_longer_than_a_worker_may_is_ended()
    {
        var pool = new Pool(1, static p => p with { StartTimeout = TimeSpan.FromSeconds(20) });
        pool.Begin();
        pool.AllReady();
        Request(pool);
        pool.Wait(19.9);
        pool.Last.Should().NotContain(new PoolAction.EndTrial());
        pool.Wait(0.2);
        pool.Last.Should().Contain(new PoolAction.EndTrial());
        pool.Feed(new ManagerEvent.RestartTried("not in time"));
        pool.Last.Should().Equal(new PoolAction.SayRestartRefused("not in time"));
    }

    [Fact]
    public void A_reload_is_finished_first()
    {
        Pool pool = Pool.Running(1);
        pool.Reload();
        Request(pool);
        pool.Feed(new ManagerEvent.RestartTried(null));
        pool.Last.Should().Equal(new PoolAction.SayRestartWaits("the reload"));
        for (int i = 0; i < 20 && pool.State.Reload is not null; i++)
        {
            pool.AllReady();
            pool.Wait(2);
            foreach (WorkerState leaving in pool.State.Workers.Where(static w => w.Phase == WorkerPhase.Leaving))
            {
                pool.Feed(new ManagerEvent.Ended(leaving.Slot, 0, null, "exit code 0"));
            }
        }

        pool.State.Reload.Should().BeNull();
        RestartInPlace.IsDue(pool.State).Should().BeTrue();
    }

    [Fact]
    public void What_the_manager_knows_of_its_workers_passes_over()
    {
        Pool pool = Pool.Running(3);
        pool.Scale(1);
        pool.Feed(new ManagerEvent.AsksToLeave(0, WorkerExitCause.RequestLimit));
        PoolState before = pool.State;
        ManagerState left = Written(before);
        PoolState after = ManagerStates.PoolOf(left, before.Policy);
        after.Workers.Should().BeEquivalentTo(before.Workers.Select(static w => w with { Activity = ActivityState.Unknown }));
        (after.Target, after.Most, after.Generation, after.EverReady, after.ReadyAnnounced, after.IsPaused)
            .Should().Be((before.Target, before.Most, before.Generation, before.EverReady, before.ReadyAnnounced, before.IsPaused));
        after.Most.Should().Be(4, "a size that was changed at run time stays");
    }

    [Fact]
    public void A_size_that_the_options_have_changed_counts()
    {
        Pool pool = Pool.Running(3);
        ManagerState left = Written(pool.State);
        PoolPolicy policy = PoolPolicy.From(new ProcessManagerOptions { ProcessCount = 5 });
        ManagerStates.PoolOf(left, policy).Target.Should().Be(5);
    }

    [Fact]
    public void Another_way_of_sizing_takes_its_own_numbers()
    {
        var pool = new Pool(4, static p => p with { Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 0, Most = 4 } });
        pool.Begin();
        PoolState after = ManagerStates.PoolOf(Written(pool.State), PoolPolicy.From(new ProcessManagerOptions { ProcessCount = 4 }));
        (after.Target, after.Most).Should().Be((4, 4));
    }

    [Fact]
    public void A_state_of_another_version_of_the_library_is_read_as_far_as_it_is_known()
    {
        const string Text = """{"Format":1,"Library":"9.9.9","Workers":[{"Slot":0,"Generation":2,"Pid":77,"Lifeline":5,"StartedAt":"00:01:00","Phase":"Serving","EverReady":true,"Deadline":null,"New":{"A":1}},{"Slot":1,"Generation":2,"Pid":78,"Lifeline":6,"StartedAt":"00:01:00","Phase":"Dancing"}],"Generation":2,"Target":2,"Max":2,"MaxByOptions":2,"EverReady":true,"Later":[1,2]}""";
        ManagerState left = System.Text.Json.JsonSerializer.Deserialize(Text, ManagerStateJson.Default.ManagerState)!;
        PoolState pool = ManagerStates.PoolOf(left, PoolPolicy.From(new ProcessManagerOptions { ProcessCount = 2 }));
        pool.Workers.Select(static w => w.Phase).Should().Equal(WorkerPhase.Serving, WorkerPhase.Serving);
        pool.Workers[0].EverReady.Should().BeTrue();
        (pool.Generation, pool.Target).Should().Be((2, 2));
    }

    private static void Request(Pool pool) => pool.Feed(new ManagerEvent.RestartRequested());

    // Without processes, so the workers' handles are made up.
    private static ManagerState Written(PoolState state) => ManagerStates.Of(state, static slot => new WorkerHandle(slot, 1, 1000 + slot, -1, 10 + slot, TimeSpan.Zero));
}
