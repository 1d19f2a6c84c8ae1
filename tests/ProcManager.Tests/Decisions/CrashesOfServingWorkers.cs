using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>A crash costs its own request, never the pool: a worker that has served is replaced at once, however often.</summary>
public class CrashesOfServingWorkers
{
    [Fact]
    public void However_many_crash_each_is_replaced_in_the_same_decision_and_no_delay_grows()
    {
        Pool pool = Pool.Running(3);
        for (int i = 0; i < 1000; i++)
        {
            int slot = pool.Serving.First();
            pool.ServedAndCrashes(slot);
            pool.Started.Should().ContainSingle();
            pool.AllReady();
            pool.Wait(0.01);
        }

        pool.All.OfType<PoolAction.SayCrashLoop>().Should().BeEmpty();
        pool.State.Breaker.Should().Be(new BreakerState());
    }

    [Fact]
    public void The_place_is_taken_when_a_dump_is_seen_and_once_only()
    {
        Pool pool = Pool.Running(2, static p => p with { DumpInterval = TimeSpan.FromSeconds(0.2) });
        bool dumping = false;
        pool.Sees = worker => new WorkerSample(worker.Slot) { IsDumping = dumping && worker.Slot == 1, Served = true };
        pool.Wait(1);
        pool.Started.Should().BeEmpty();

        dumping = true;
        pool.Wait(0.2);
        pool.Started.Should().Equal(2);
        pool.AllReady();

        pool.Wait(1);
        pool.Started.Should().BeEmpty();
        pool.State.Breaker.Should().Be(new BreakerState());
    }

    [Fact]
    public void The_place_is_taken_when_the_crash_begins_and_the_end_adds_nothing()
    {
        Pool pool = Pool.Running(3);

        pool.BeginsToCrash(1);

        pool.Started.Should().Equal(3);
        pool.Said<PoolAction.SayCrashing>().Should().Equal(new PoolAction.SayCrashing(1));
        pool.Last.OfType<PoolAction.OfferWaiting>().Single().Slots.Should().Equal(0, 2);
        pool.AllReady();
        pool.ServedAndCrashes(1);
        pool.Started.Should().BeEmpty();
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(1, WorkerExitCause.Crashed, true));
        pool.Serving.Should().Equal(0, 2, 3);
    }

    [Fact]
    public void A_worker_that_stands_by_takes_the_place_when_the_crash_begins()
    {
        Pool pool = Pool.Running(2, static p => p with { StandbyCount = 1 });

        pool.BeginsToCrash(0);

        pool.Said<PoolAction.TakeOver>().Should().Equal(new PoolAction.TakeOver(2));
    }

    [Fact]
    public void A_worker_that_crashes_is_not_told_to_leave_when_the_pool_stops_and_has_its_time()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = TimeSpan.FromSeconds(30) });
        pool.BeginsToCrash(0);
        pool.Wait(10);

        pool.Stop();

        pool.Told.Should().Equal(1);
        pool.Exits(1);
        pool.Wait(19.9);
        pool.Killed.Should().BeEmpty();
        pool.Wait(0.1);
        pool.Killed.Should().Equal(0);
    }

    [Fact]
    public void As_long_as_a_dump_is_being_written_it_is_not_killed_but_not_for_ever()
    {
        Pool pool = Pool.Running(1, static p => p with { DieTimeout = TimeSpan.FromSeconds(30) });
        bool writes = true;
        pool.Dumps = _ => writes;
        pool.BeginsToCrash(0);

        pool.Wait(30);
        pool.Said<PoolAction.SayDump>().Should().ContainSingle();
        pool.Wait(59);
        pool.Said<PoolAction.Kill>().Should().NotBeEmpty().And.OnlyContain(static k => k.SparesDump);
        pool.Wait(2);
        pool.Said<PoolAction.Kill>().Should().Contain(static k => !k.SparesDump, "a dump that does not come to its end is not waited for");

        writes = false;
        pool.EndsBy(0, 6);
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.Crashed, true));
    }

    [Fact]
    public void Crashes_before_the_first_request_count_from_their_beginning_and_once()
    {
        Pool pool = Pool.Running(1, static p => p with { CrashLimit = 2 });

        pool.BeginsToCrash(0, served: false);
        pool.State.Breaker.Failures.Should().ContainSingle();
        pool.Crashes(0);
        pool.State.Breaker.Failures.Should().ContainSingle();
        pool.BeginsToCrash(1, served: false);

        pool.Said<PoolAction.SayCrashLoop>().Should().ContainSingle();
    }

    [Fact]
    public void The_replacement_of_a_worker_whose_crash_still_holds_its_own_port_is_tried_again()
    {
        Pool pool = Pool.Running(1);
        pool.BeginsToCrash(0);
        pool.Feed(new ManagerEvent.Launched(1));

        pool.Feed(new ManagerEvent.Crashing(1, CannotBind: true));

        pool.Said<PoolAction.SayGivingUp>().Should().BeEmpty("the program has served");
        pool.Said<PoolAction.SayStartRetry>().Should().ContainSingle();
    }

    [Fact]
    public void Those_whose_crash_does_not_end_do_not_pile_up()
    {
        Pool pool = Pool.Running(2);
        for (int i = 0; i < 20; i++)
        {
            pool.BeginsToCrash(pool.Serving.FirstOrDefault(-1));
            pool.AllReady();
        }

        pool.State.Workers.Should().HaveCountLessThanOrEqualTo((2 * 2) + 1);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void In_a_reload_a_crash_speaks_against_the_new_program_only_while_that_is_on_trial(bool held, bool fails)
    {
        Pool pool = Pool.Running(4);
        pool.Reload();
        pool.AllReady();
        int canary = pool.State.Reload!.CanarySlot!.Value;
        pool.Wait(held ? 1 : 0);

        pool.BeginsToCrash(canary);

        pool.Reloaded.Should().Equal(fails ? [ReloadOutcome.Failed] : Array.Empty<ReloadOutcome>());
    }

    [Fact]
    public void An_own_call_soon_after_ready_before_a_request_was_served_is_a_failure_with_growing_delays()
    {
        Pool pool = Pool.Running(2, static p => p with { CrashLimit = 1 });
        for (int i = 0; i < 20; i++)
        {
            if (pool.Serving.FirstOrDefault(-1) is >= 0 and var slot)
            {
                pool.Feed(new ManagerEvent.LeavesByItself(slot, OwnCall: true));
                pool.Exits(slot);
            }
            else
            {
                pool.ToNextWake();
                pool.AllReady();
            }
        }

        pool.All.OfType<PoolAction.SayCrashLoop>().Select(static c => c.Delay.TotalSeconds).Should().StartWith([0, 1, 2, 4]);
        pool.All.OfType<PoolAction.SayEnded>().Should().OnlyContain(static e => e.Cause == WorkerExitCause.LeftByItself && e.Unexpected);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 11)]
    public void An_own_call_of_a_worker_that_has_served_or_long_after_ready_is_none(bool served, double after)
    {
        Pool pool = Pool.Running(1, static p => p with { CrashLimit = 1 });
        for (int i = 0; i < 20; i++)
        {
            int slot = pool.Serving.Single();
            pool.Wait(after);
            pool.Feed(new ManagerEvent.LeavesByItself(slot, OwnCall: true, served));
            pool.Exits(slot);
            pool.AllReady();
        }

        pool.State.Breaker.Failures.Should().BeEmpty();
        pool.All.OfType<PoolAction.SayEnded>().Should().OnlyContain(static e => e.Cause == WorkerExitCause.AskedByOther);
    }

    [Fact]
    public void A_canary_that_leaves_by_its_own_call_before_a_request_fails_the_reload_and_the_old_workers_stay()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();
        pool.Ready(2);

        pool.Feed(new ManagerEvent.LeavesByItself(2, OwnCall: true));

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Serving.Should().Equal(0, 1);
    }

    [Fact]
    public void A_reload_does_not_try_for_ever_workers_that_serve_and_leave_by_their_own_call()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();
        for (int i = 0; i < 3; i++)
        {
            pool.Ready(2);
            pool.Feed(new ManagerEvent.LeavesByItself(2, OwnCall: true, Served: true));
            pool.All.OfType<PoolAction.SayReloadFinished>().Should().HaveCount(i / 2);
            pool.Exits(2);
        }

        pool.Serving.Should().Equal(0, 1);
    }

    [Fact]
    public void A_pool_whose_workers_cannot_bind_gives_up_with_the_last_of_them_although_they_had_been_ready()
    {
        Pool pool = Pool.Running(2);

        pool.Feed(new ManagerEvent.Crashing(0, CannotBind: true));
        pool.Said<PoolAction.SayStartRetry>().Should().ContainSingle(static r => r.CannotBind && r.Delay == TimeSpan.FromSeconds(1));
        pool.Feed(new ManagerEvent.Crashing(1, CannotBind: true));

        pool.Said<PoolAction.SayGivingUp>().Should().ContainSingle(static g => g.CannotBind);
        pool.EndsBy(0, 6);
        pool.EndsBy(1, 6);
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void Workers_that_serve_are_not_stopped_because_another_cannot_bind()
    {
        Pool pool = Pool.Running(2);
        pool.ServedAndCrashes(0);
        pool.AllReady();

        for (int i = 0; i < 3; i++)
        {
            pool.Feed(new ManagerEvent.Crashing(0, CannotBind: true));
            pool.EndsBy(0, 6);
            pool.ToNextWake();
        }

        pool.All.OfType<PoolAction.SayStartRetry>().Select(static r => r.Delay.TotalSeconds).Should().Equal(1, 2, 4);
        pool.Serving.Should().Equal(1);
    }

    [Fact]
    public void A_reload_to_a_program_that_cannot_bind_fails_at_once()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();

        pool.Feed(new ManagerEvent.Crashing(2, CannotBind: true));

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Serving.Should().Equal(0, 1);
    }
}
