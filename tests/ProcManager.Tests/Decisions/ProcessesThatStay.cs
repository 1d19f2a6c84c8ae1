using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>Processes that the kernel holds, so that not even KILL ends them.</summary>
public class ProcessesThatStay
{
    [Fact]
    public void A_stop_does_not_wait_for_them_longer_than_for_the_third_KILL_and_names_them()
    {
        Pool pool = Pool.Running(3, static p => p with { DieTimeout = TimeSpan.FromSeconds(30) });
        pool.Stop();
        pool.Exits(0);
        pool.Exits(2);

        pool.Wait(39.9);
        pool.All.OfType<PoolAction.Kill>().Should().HaveCount(2);
        pool.All.OfType<PoolAction.Finish>().Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.SayWrittenOff>().Should().Equal(new PoolAction.SayWrittenOff(1));
        pool.Said<PoolAction.SayLeftBehind>().Should().ContainSingle().Which.Slots.Should().Equal(1);
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void Others_are_waited_for()
    {
        Pool pool = Pool.Running(2, static p => p with { DieTimeout = TimeSpan.FromSeconds(30) });
        pool.Stop();
        pool.Wait(29);
        pool.Wait(TimeSpan.FromSeconds(12));
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));

        pool = Pool.Running(2, static p => p with { DieTimeout = null });
        pool.Stop();
        pool.Wait(TimeSpan.FromDays(1));
        pool.State.Phase.Should().Be(PoolPhase.Stopping, "no worker has had a KILL");
    }

    [Fact]
    public void The_same_for_children_that_were_handed_over()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = TimeSpan.FromSeconds(1) });
        pool.Feed(new ManagerEvent.Adopted(4711, Reaps: true));
        pool.Stop();
        pool.Exits(0);

        pool.Wait(60);

        pool.Said<PoolAction.SayLeftBehind>().Should().ContainSingle().Which.Adopted.Should().Equal(4711);
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void A_worker_that_the_kernel_took_for_want_of_memory_is_told_as_that()
    {
        Pool pool = Pool.Running(2);

        pool.Feed(new ManagerEvent.Ended(0, null, UnixSignal.Kill, "SIGKILL") { Served = true, OutOfMemory = true });

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.OutOfMemory, true));
        pool.Started.Should().ContainSingle();
    }
}
