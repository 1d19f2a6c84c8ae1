using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>Processes that the kernel holds: KILL is heard only when it lets go, which may be never.</summary>
public class StuckWorkers
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(ReloadStrategy.Rolling)]
    [InlineData(ReloadStrategy.AllAtOnce)]
    public void An_old_worker_that_is_never_reaped_does_not_keep_a_reload_from_its_end(ReloadStrategy strategy)
    {
        Pool pool = Pool.Running(2, p => p with { DieTimeout = Limit, ReloadStrategy = strategy });
        pool.Reload();
        EndBut(pool, 0, TimeSpan.FromMinutes(2));

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
        pool.Worker(0).Phase.Should().Be(WorkerPhase.Killed);
        pool.Serving.Should().HaveCount(2);
        pool.Reload();
        pool.State.Generation.Should().Be(3, "the next one begins, and is not only queued");
    }

    [Fact]
    public void The_reload_waits_for_the_first_KILL_to_do_its_work()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = Limit });
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Wait(Limit);
        pool.Killed.Should().Equal(0);
        pool.Wait(4.9);
        pool.Reloaded.Should().BeEmpty();

        pool.Wait(0.1);

        pool.Killed.Should().Equal(0);
        pool.Reloaded.Should().Equal(ReloadOutcome.Succeeded);
    }

    [Fact]
    public void One_that_is_written_off_while_a_reload_waits_for_it_is_not_waited_for()
    {
        var hung = new HungWorker(WatchdogSteps.Kill, state: 'D');
        Pool pool = hung.Pool;
        pool.Wait(100);
        pool.Reload();
        pool.Ready(1);
        hung.Find();
        EndBut(pool, 0, TimeSpan.FromMinutes(2));

        pool.All.OfType<PoolAction.SayWrittenOff>().Should().ContainSingle();
        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
    }

    [Fact]
    public void A_trial_stuck_in_its_start_is_counted_at_the_second_KILL_and_the_next_one_is_tried()
    {
        Pool pool = Pool.Running(2, static p => p with { CrashLimit = 1, StartTimeout = Limit });
        for (int i = 0; i < 4; i++)
        {
            pool.Crashes(0);
        }

        pool.Wait(Limit);
        pool.Killed.Should().Equal(0);
        pool.Wait(4.9);
        pool.Started.Should().BeEmpty();
        pool.Wait(0.1);
        pool.Killed.Should().Equal(0);
        pool.Said<PoolAction.SayCrashLoop>().Should().ContainSingle(static c => c.Delay == TimeSpan.FromSeconds(1) && c.Last == "worker 0 was not ready within the start timeout");
        pool.Wait(1);
        pool.Started.Should().Equal(2);
        pool.AllReady();
        pool.Wait(1);
        pool.State.Breaker.Open.Should().BeFalse();
        pool.Serving.Should().Equal(1, 2);

        pool.EndsBy(0, 9);

        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.StartTimeout, true));
        pool.State.Breaker.Failures.Should().BeEmpty("it was counted already");
    }

    [Fact]
    public void Recycling_goes_on_although_one_that_was_recycled_is_never_reaped()
    {
        Pool pool = Pool.Running(2, static p => p with { DieTimeout = Limit });
        pool.AsksToLeave(0);
        pool.AllReady();
        pool.Wait(60);

        pool.AsksToLeave(1);
        pool.AllReady();

        pool.Told.Should().Equal(1);
    }

    /// <summary>All do as they are told but one, which not even KILL ends.</summary>
    private static void EndBut(Pool pool, int stuck, TimeSpan time)
    {
        for (TimeSpan end = pool.Now + time; pool.Now < end;)
        {
            pool.AllReady();
            foreach (WorkerState gone in pool.State.Workers.Where(w => !w.IsLive && w.Slot != stuck).ToArray())
            {
                pool.Exits(gone.Slot);
            }

            pool.Wait(1);
        }
    }
}
