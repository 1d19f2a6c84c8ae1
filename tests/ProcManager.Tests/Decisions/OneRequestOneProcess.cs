using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>A pool of one request a process: who is handed a connection, who is started, and when the manager accepts.</summary>
public class OneRequestOneProcess
{
    private int _connections;

    [Fact]
    public void Standby_workers_are_started_one_more_at_a_time_than_there_are_processors()
    {
        var pool = new Pool(10, Policy(10, standby: 5, static p => p with { Processors = 1 }));
        pool.Begin();
        pool.Starting.Should().HaveCount(2);
        pool.AllReady();
        pool.Starting.Should().HaveCount(2);
        pool.AllReady();
        pool.Starting.Should().ContainSingle();
        pool.All.OfType<PoolAction.SayPoolReady>().Should().BeEmpty();
        pool.AllReady();
        pool.Parked.Should().HaveCount(5);
        pool.Said<PoolAction.SayPoolReady>().Should().Equal(new PoolAction.SayPoolReady(5));
        pool.State.NextWake.Should().BeNull("the manager sleeps until a connection comes");
    }

    [Fact]
    public void Connections_are_handed_on_before_any_start_and_each_to_a_worker_of_its_own()
    {
        Pool pool = Running(4, standby: 2);
        pool.Feed(Arrives(), Arrives());
        pool.Last.Where(static a => a is PoolAction.Hand or PoolAction.Launch).Select(static a => a.GetType()).Should().Equal(typeof(PoolAction.Hand), typeof(PoolAction.Hand), typeof(PoolAction.Launch), typeof(PoolAction.Launch));
        pool.Said<PoolAction.Hand>().Select(static h => h.Slot).Should().OnlyHaveUniqueItems();
        pool.Said<PoolAction.TakeTime>().Should().HaveCount(2, "nobody waits for the next ones");
        pool.State.Target.Should().Be(2);
    }

    [Fact]
    public void A_request_has_the_processors_to_itself_for_a_moment_while_most_standby_workers_wait()
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(3);
        Pool pool = Running(10, standby: 5, p => p with { HandPause = pause });
        pool.Feed(Arrives(), Arrives());
        pool.Said<PoolAction.Launch>().Should().BeEmpty();
        pool.State.NextWake.Should().Be(pool.Now + pause);
        pool.Wait(pause);
        pool.Said<PoolAction.Launch>().Should().HaveCount(2);
        pool.AllReady();

        pool.Feed(Arrives());
        pool.Feed(Ends(pool.Serving.Last()));
        pool.Said<PoolAction.Launch>().Should().ContainSingle("the request has ended");
        pool.AllReady();

        pool.Feed(Arrives(), Arrives(), Arrives());
        pool.Said<PoolAction.Launch>().Should().NotBeEmpty("only two wait for the next connections");
    }

    [Fact]
    public void The_manager_accepts_only_while_a_worker_waits_for_a_connection()
    {
        Pool pool = Running(4, standby: 1);
        PerRequest.Accepts(pool.State, pool.Now).Should().BeTrue();
        pool.Feed(Arrives());
        PerRequest.Accepts(pool.State, pool.Now).Should().BeFalse();
        pool.AllReady();
        PerRequest.Accepts(pool.State, pool.Now).Should().BeTrue();
        pool.Feed(new ManagerEvent.ConnectionWaits(1, IsShort: true));
        Demand.Listens(pool.State, pool.Now).Should().BeFalse("no descriptor is left");
        pool.Wait(0.1);
        PerRequest.Accepts(pool.State, pool.Now).Should().BeTrue();
    }

    [Fact]
    public void At_the_maximum_it_accepts_nothing_until_a_tenth_has_ended()
    {
        Pool pool = Busy(20, standby: 2, 19);
        pool.All.OfType<PoolAction.SayPaused>().Should().BeEmpty();
        pool.Feed(Arrives());
        pool.Said<PoolAction.SayPaused>().Should().Equal(new PoolAction.SayPaused(20));
        pool.AllReady();
        PerRequest.Accepts(pool.State, pool.Now).Should().BeFalse();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();

        pool.Feed(Ends(pool.Serving.First()));
        pool.Said<PoolAction.SayResumed>().Should().BeEmpty("it would be paused again in a moment");
        pool.Feed(Ends(pool.Serving.First()));
        pool.Said<PoolAction.SayResumed>().Should().Equal(new PoolAction.SayResumed());
        PerRequest.Accepts(pool.State, pool.Now).Should().BeTrue();

        pool.Feed(Arrives(), Arrives());
        pool.Said<PoolAction.SayPaused>().Should().Equal(new PoolAction.SayPaused(20, IsAgain: true));
    }

    [Fact]
    public void A_worker_counts_until_it_has_ended()
    {
        Pool pool = Busy(1, standby: 1, 1);
        pool.AllReady();
        int slot = pool.Serving.Single();
        pool.Feed(new ManagerEvent.LastServed(slot));
        pool.Leaving.Should().Equal(slot);
        PerRequest.Accepts(pool.State, pool.Now).Should().BeFalse();
        pool.Feed(Arrives());
        pool.Said<PoolAction.Hand>().Should().BeEmpty("what the host hands over waits, too");
        pool.Exits(slot, 3);
        pool.Said<PoolAction.Hand>().Should().ContainSingle();
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(slot, WorkerExitCause.RequestLimit, false));
    }

    [Fact]
    public void A_program_that_just_ends_behind_its_request_has_ended_well()
    {
        Pool pool = Busy(2, standby: 1, 1);
        int slot = pool.Serving.Single();
        pool.Exits(slot);
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(slot, WorkerExitCause.RequestLimit, false));
    }

    [Fact]
    public void A_connection_that_could_not_be_handed_over_goes_to_another_worker()
    {
        Pool pool = Running(4, standby: 2);
        ManagerEvent.Arrived arrived = Arrives();
        pool.Feed(arrived);
        int slot = pool.Said<PoolAction.Hand>().Single().Slot;
        pool.Feed(new ManagerEvent.NotHanded(slot, arrived.Connection, Passing: false));
        PoolAction.Hand hand = pool.Said<PoolAction.Hand>().Should().ContainSingle().Subject;
        hand.Connection.Descriptor.Should().Be(arrived.Connection.Descriptor);
        hand.Slot.Should().NotBe(slot);
        pool.Told.Should().Equal(slot);
    }

    [Fact]
    public void While_the_system_is_short_of_something_the_connection_waits_and_the_worker_stays()
    {
        Pool pool = Running(4, standby: 1);
        ManagerEvent.Arrived arrived = Arrives();
        pool.Feed(arrived);
        pool.Feed(new ManagerEvent.NotHanded(pool.Serving.Single(), arrived.Connection, Passing: true));
        pool.Said<PoolAction.Hand>().Should().BeEmpty();
        pool.Told.Should().BeEmpty();
        RestartInPlace.IsDue(pool.State with { Restart = RestartStep.Waiting }).Should().BeFalse("the next program would not know of it");
        pool.Wait(0.1);
        pool.Said<PoolAction.Hand>().Single().Connection.Should().BeSameAs(arrived.Connection);
    }

    [Fact]
    public void A_connection_that_came_back_from_a_dead_worker_goes_first()
    {
        Pool pool = Running(4, standby: 1);
        ManagerEvent.Arrived first = Arrives();
        ManagerEvent.Arrived second = Arrives();
        pool.Feed(first);
        int dead = pool.Serving.Single();
        pool.Feed(second);
        pool.EndsBy(dead, 9);
        pool.Feed(first with { Returned = true });
        pool.AllReady();
        pool.All.OfType<PoolAction.Hand>().Select(static h => h.Connection).Take(3).Should().Equal(first.Connection, first.Connection, second.Connection);
    }

    [Fact]
    public void A_crash_with_a_request_is_no_crash_loop_one_before_it_is_ready_or_handed_anything_is()
    {
        Pool pool = Running(4, standby: 2, static p => p with { CrashLimit = 4 });
        for (int i = 0; i < 20; i++)
        {
            pool.Feed(Arrives());
            pool.Crashes(pool.Serving.Single());
            pool.AllReady();
        }

        pool.State.Breaker.Open.Should().BeFalse();
        for (int i = 0; i < 2; i++)
        {
            pool.Crashes(pool.Parked.First());
            pool.Crashes(pool.Starting.First());
        }

        pool.State.Breaker.Open.Should().BeTrue();
    }

    [Fact]
    public void A_worker_that_crashes_before_it_has_read_its_connection_has_failed()
    {
        Pool pool = Running(4, standby: 2, static p => p with { CrashLimit = 4 });
        for (int i = 0; i < 4; i++)
        {
            CrashesUnread(pool);
        }

        pool.State.Breaker.Open.Should().BeTrue();
    }

    [Fact]
    public void On_trial_in_a_reload_it_fails_the_reload()
    {
        Pool pool = Running(4, standby: 0);
        pool.Reload();
        pool.AllReady();
        CrashesUnread(pool);
        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Failed);
    }

    [Fact]
    public void A_worker_that_leaves_its_connection_to_others_again_and_again_is_started_more_and_more_slowly()
    {
        Pool pool = Running(4, standby: 2, static p => p with { CrashLimit = 4 });
        for (int i = 0; i < 4; i++)
        {
            ManagerEvent.Arrived arrived = Arrives();
            pool.Feed(arrived);
            int slot = pool.Serving.Single();
            pool.LeavesByItself(slot);
            pool.Feed(new ManagerEvent.Ended(slot, 0, null, "exit code 0") { Unread = true });
            pool.AllReady();
        }

        pool.State.Breaker.Open.Should().BeTrue("it has no descriptor for its connection, and neither have those after it");
    }

    [Fact]
    public void A_connection_that_ends_one_worker_after_the_other_unread_is_given_up()
    {
        Pool pool = Running(4, standby: 2, static p => p with { CrashLimit = 100 });
        ManagerEvent.Arrived poison = Arrives();
        ManagerEvent.Arrived other = Arrives();
        pool.Feed(poison);
        for (int tries = 1; !pool.All.OfType<PoolAction.GiveUpUnread>().Any(); tries++)
        {
            tries.Should().BeLessThan(10);
            int slot = pool.Serving.Single();
            pool.Feed(new ManagerEvent.Ended(slot, null, 11, "signal 11") { Unread = true }, poison with { Connection = poison.Connection with { Tries = tries }, Returned = true });
            pool.AllReady();
        }

        pool.All.OfType<PoolAction.GiveUpUnread>().Single().Connection.Tries.Should().Be(5);
        pool.Serving.Should().BeEmpty();
        pool.Feed(other);
        pool.Said<PoolAction.Hand>().Single().Connection.Should().BeSameAs(other.Connection);
    }

    [Fact]
    public void A_connection_that_no_worker_can_be_handed_is_not_tried_without_end()
    {
        Pool pool = Running(4, standby: 2);
        pool.Loses = static () => false;
        pool.Feed(Arrives());
        for (int i = 0; i < 10; i++)
        {
            pool.Obey();
            pool.AllReady();
        }

        pool.All.OfType<PoolAction.Hand>().Should().HaveCount(5);
        pool.All.OfType<PoolAction.GiveUpUnread>().Should().ContainSingle();
    }

    [Fact]
    public void A_connection_that_is_at_fault_itself_costs_no_worker()
    {
        Pool pool = Running(4, standby: 1);
        ManagerEvent.Arrived broken = Arrives();
        ManagerEvent.Arrived next = Arrives();
        pool.Feed(broken);
        int slot = pool.Serving.Single();
        pool.Feed(next);
        pool.Feed(new ManagerEvent.NotHanded(slot, broken.Connection, Passing: false) { IsLost = true });
        pool.Told.Should().BeEmpty();
        pool.Said<PoolAction.Hand>().Should().Equal(new PoolAction.Hand(slot, next.Connection));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_worker_on_trial_that_crashes_in_its_request_or_before_it_ends_no_crash_loop(bool unread)
    {
        Pool pool = InACrashLoop();
        ManagerEvent.Arrived arrived = Arrives();
        pool.Feed(arrived);
        pool.Feed(new ManagerEvent.Ended(pool.Serving.Single(), null, 11, "signal 11") { Unread = unread });
        pool.All.OfType<PoolAction.SayCrashLoopOver>().Should().BeEmpty("nothing is proved");
        pool.State.Breaker.Open.Should().BeTrue();
    }

    [Fact]
    public void A_worker_on_trial_that_is_free_again_ends_the_crash_loop()
    {
        Pool pool = InACrashLoop();
        pool.Feed(Arrives());
        pool.Feed(new ManagerEvent.Free(pool.Serving.Single()));
        pool.Said<PoolAction.SayCrashLoopOver>().Should().ContainSingle();
    }

    [Fact]
    public void The_last_request_moves_no_deadline_and_hides_no_reason()
    {
        Pool pool = Busy(4, standby: 2, 2);
        int asked = pool.Serving.First();
        int other = pool.Serving.Last();
        pool.Feed(new ManagerEvent.AsksToLeave(asked, WorkerExitCause.MemoryLimit));
        pool.Feed(new ManagerEvent.LastServed(asked));
        pool.Worker(asked).LeaveCause.Should().Be(WorkerExitCause.MemoryLimit);
        TimeSpan? deadline = pool.Worker(asked).Deadline;
        pool.Wait(1);
        pool.Feed(new ManagerEvent.LastServed(asked), new ManagerEvent.LastServed(other));
        pool.Worker(asked).Deadline.Should().Be(deadline);
        pool.Worker(other).LeaveCause.Should().Be(WorkerExitCause.RequestLimit);
    }

    [Fact]
    public void Time_in_which_the_manager_slept_is_no_idle_time()
    {
        Pool pool = Running(8, standby: 0);
        pool.Feed(new ManagerEvent.ConnectionWaits(1));
        pool.AllReady();
        pool.Sleeps(TimeSpan.FromMinutes(1));
        pool.All.OfType<PoolAction.TellToLeave>().Should().BeEmpty();
        pool.Wait(9);
        pool.All.OfType<PoolAction.TellToLeave>().Should().BeEmpty();
        pool.Wait(1);
        pool.Told.Should().ContainSingle();
    }

    [Fact]
    public void A_connection_that_comes_behind_the_end_is_closed()
    {
        Pool pool = Running(1, standby: 1);
        pool.Stop();
        pool.Obey();
        pool.State.Phase.Should().Be(PoolPhase.Ended);
        pool.Feed(Arrives());
        pool.Said<PoolAction.GiveUpConnections>().Should().ContainSingle();
    }

    [Fact]
    public void A_crash_loop_is_over_when_a_worker_on_trial_has_ended_with_its_request()
    {
        Pool pool = InACrashLoop();
        pool.Feed(Arrives());
        pool.Feed(Ends(pool.Serving.Single()));
        pool.Said<PoolAction.SayCrashLoopOver>().Should().ContainSingle();
        pool.Started.Should().ContainSingle();
    }

    [Fact]
    public void A_worker_that_is_free_again_is_handed_the_next_connection()
    {
        Pool pool = Busy(2, standby: 1, 1);
        int slot = pool.Serving.Single();
        pool.Wait(1);
        pool.Feed(new ManagerEvent.Free(slot));
        pool.Feed(Arrives());
        pool.Said<PoolAction.Hand>().Single().Slot.Should().Be(slot, "it was free last");
    }

    [Fact]
    public void A_worker_that_has_reached_a_limit_leaves_when_its_request_has_ended()
    {
        Pool pool = Busy(2, standby: 1, 1);
        int slot = pool.Serving.Single();
        pool.AsksToLeave(slot);
        pool.Told.Should().BeEmpty();
        pool.Feed(new ManagerEvent.Free(slot));
        pool.Told.Should().Equal(slot);
    }

    [Fact]
    public void Memory_that_requests_have_left_behind_is_looked_at_while_the_worker_waits()
    {
        Pool pool = Running(4, standby: 2, static p => p with { Memory = new MemoryPolicy { WorkerLimit = 100, Samples = 1 } });
        pool.State.NextWake.Should().BeNull("workers that have served nothing are not looked at");
        pool.Feed(Arrives());
        int slot = pool.Serving.Single();
        pool.Sees = w => new WorkerSample(w.Slot) { Memory = w.Slot == slot ? 150 : 10 };
        pool.Wait(1);
        pool.Feed(new ManagerEvent.Free(slot));
        pool.Wait(5);
        pool.Said<PoolAction.Collect>().Should().ContainSingle();
        pool.Wait(5);
        pool.Said<PoolAction.TellToLeave>().Should().ContainSingle(t => t.Slot == slot && t.Cause == WorkerExitCause.MemoryLimit);
    }

    [Fact]
    public void With_none_standing_by_as_many_are_started_as_connections_wait()
    {
        Pool pool = Running(8, standby: 0);
        Demand.Listens(pool.State, pool.Now).Should().BeTrue();
        pool.Feed(new ManagerEvent.ConnectionWaits(3));
        pool.Started.Should().HaveCount(3);
        pool.Said<PoolAction.Launch>().Should().OnlyContain(static l => !l.Standby, "a client waits for it: no warm-up");
        pool.Said<PoolAction.TakeTime>().Should().BeEmpty();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse("they are on their way");
        pool.AllReady();
        pool.Feed(Arrives());
        pool.Wait(9);
        pool.Told.Should().BeEmpty();
        pool.Wait(2);
        pool.Told.Should().HaveCount(2, "clients that have gone leave nobody behind");
    }

    [Fact]
    public void No_more_than_the_maximum_are_started_for_connections_that_wait()
    {
        Pool pool = Busy(3, standby: 0, 1);
        pool.Feed(new ManagerEvent.ConnectionWaits(50));
        pool.Starting.Should().HaveCount(2);
    }

    [Fact]
    public void A_reload_tries_one_new_worker_and_then_replaces_those_that_stand_by()
    {
        Pool pool = Busy(4, standby: 2, 1);
        pool.AllReady();
        int busy = pool.Serving.Single();
        int[] old = [.. pool.Parked];
        pool.Reload();
        pool.Starting.Should().ContainSingle();
        pool.Told.Should().BeEmpty();
        pool.AllReady();
        pool.Feed(Arrives());
        pool.Said<PoolAction.Hand>().Single().Slot.Should().BeOneOf(old, "while the new program is on trial");
        pool.Wait(1);
        pool.Said<PoolAction.SayCanaryHeld>().Should().ContainSingle();
        pool.AllReady();
        pool.All.OfType<PoolAction.TellToLeave>().Should().OnlyContain(t => old.Contains(t.Slot) && t.Cause == WorkerExitCause.Reload);
        pool.Obey();
        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Succeeded);
        pool.State.Workers.Where(static w => w.IsStandby).Should().HaveCount(2).And.OnlyContain(static w => w.Generation == 2);
        pool.Serving.Should().Contain(busy);
        pool.Feed(new ManagerEvent.Free(busy));
        pool.Told.Should().Equal([busy], "it takes no other request");
    }

    [Fact]
    public void A_new_worker_that_fails_before_it_is_ready_ends_the_reload()
    {
        Pool pool = Running(4, standby: 2);
        int[] old = [.. pool.Parked];
        pool.Reload();
        pool.Exits(pool.Starting.Single(), 3);
        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Parked.Should().Contain(old);
    }

    [Fact]
    public void All_at_once_those_that_stand_by_go_first()
    {
        Pool pool = Running(4, standby: 2, static p => p with { ReloadStrategy = ReloadStrategy.AllAtOnce });
        int[] old = [.. pool.Parked];
        pool.Reload();
        pool.All.OfType<PoolAction.TellToLeave>().Select(static t => t.Slot).Should().BeEquivalentTo(old);
        pool.Obey();
        pool.AllReady();
        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Succeeded);
    }

    [Fact]
    public void At_a_stop_connections_that_no_worker_has_are_given_up()
    {
        Pool pool = Busy(1, standby: 1, 1);
        ManagerEvent.Arrived dispatched = Arrives();
        pool.Feed(dispatched);
        pool.Stop();
        pool.Said<PoolAction.GiveUpConnections>().Single().Connections.Should().Equal(dispatched.Connection);
        pool.Feed(Arrives());
        pool.Said<PoolAction.GiveUpConnections>().Should().ContainSingle();
        pool.Obey();
        pool.State.Phase.Should().Be(PoolPhase.Ended);
        pool.State.ExitCode.Should().Be(0);
    }

    [Fact]
    public void In_a_pause_nothing_is_accepted_or_handed_on()
    {
        Pool pool = Running(4, standby: 2);
        pool.Pause();
        PerRequest.Accepts(pool.State, pool.Now).Should().BeFalse();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
        pool.Feed(Arrives());
        pool.Said<PoolAction.Hand>().Should().BeEmpty();
        pool.Pause(false);
        pool.Said<PoolAction.Hand>().Should().ContainSingle();
    }

    [Fact]
    public void A_higher_maximum_lets_it_accept_again_and_a_lower_one_ends_no_request()
    {
        Pool pool = Busy(2, standby: 1, 2);
        pool.AllReady();
        pool.Scale(1);
        pool.Said<PoolAction.SayResumed>().Should().ContainSingle();
        PerRequest.Accepts(pool.State, pool.Now).Should().BeTrue();
        pool.Size(1);
        pool.Told.Should().BeEmpty();
        pool.State.Target.Should().Be(1);
        PerRequest.Accepts(pool.State, pool.Now).Should().BeFalse();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 2)]
    [InlineData(50, 10)]
    public void A_fifth_of_the_maximum_stand_by_and_two_at_least(int most, int standby)
    {
        PoolPolicy.From(new ProcessManagerOptions { Sizing = PoolSizing.PerRequest, MaxCount = most }).StandbyCount.Should().Be(standby);
        PoolPolicy.From(new ProcessManagerOptions { Sizing = PoolSizing.PerRequest, MaxCount = most, StandbyCount = 0 }).StandbyCount.Should().Be(0);
        PoolPolicy.From(new ProcessManagerOptions { ProcessCount = most }).StandbyCount.Should().Be(0);
    }

    private static Func<PoolPolicy, PoolPolicy> Policy(int most, int standby, Func<PoolPolicy, PoolPolicy>? with = null) => p =>
    {
        p = p with { StandbyCount = standby, Processors = 4, Demand = new DemandPolicy { Sizing = PoolSizing.PerRequest, First = 0, Most = most, IdleTimeout = TimeSpan.FromSeconds(10) } };
        return with?.Invoke(p) ?? p;
    };

    private static Pool Running(int most, int standby, Func<PoolPolicy, PoolPolicy>? with = null) => Pool.Running(most, Policy(most, standby, with));

    // The worker that was handed a connection; another one gets that.
    private void CrashesUnread(Pool pool)
    {
        ManagerEvent.Arrived arrived = Arrives();
        pool.Feed(arrived);
        pool.Feed(new ManagerEvent.Ended(pool.Serving.Single(), null, 11, "signal 11") { Unread = true });
        pool.AllReady();
    }

    // One worker is on trial, and waits for a connection.
    private static Pool InACrashLoop()
    {
        Pool pool = Running(4, standby: 1, static p => p with { CrashLimit = 2, CanaryTime = TimeSpan.FromMinutes(1) });
        pool.Crashes(pool.Parked.Single());
        pool.Crashes(pool.Starting.Single());
        pool.State.Breaker.Open.Should().BeTrue();
        pool.AllReady();
        return pool;
    }

    // Workers with a request, and the next ones on their way.
    private Pool Busy(int most, int standby, int busy)
    {
        Pool pool = Running(most, standby);
        for (int i = 0; i < busy; i++)
        {
            if (!pool.Parked.Any())
            {
                pool.Feed(new ManagerEvent.ConnectionWaits());
                pool.AllReady();
            }

            pool.Feed(Arrives());
        }

        pool.Serving.Should().HaveCount(busy);
        return pool;
    }

    private ManagerEvent.Arrived Arrives() => new(new HandedConnection(++_connections, "http"));

    private static ManagerEvent[] Ends(int slot) => [new ManagerEvent.LastServed(slot), new ManagerEvent.Ended(slot, 0, null, "exit code 0")];
}
