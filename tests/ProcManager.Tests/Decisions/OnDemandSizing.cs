using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class OnDemandSizing
{
    private readonly HashSet<int> _busy = [];

    [Fact]
    public void Nobody_is_started_and_the_manager_sleeps_until_a_connection_waits()
    {
        Pool pool = OnDemand(4);

        pool.State.Workers.Should().BeEmpty();
        pool.State.NextWake.Should().BeNull();
        pool.All.Should().Equal(new PoolAction.SayPoolReady(0));
        Demand.Listens(pool.State, pool.Now).Should().BeTrue();
    }

    [Fact]
    public void A_connection_starts_one_and_is_not_listened_for_while_that_comes()
    {
        Pool pool = OnDemand(4);

        pool.ConnectionWaits();
        pool.Started.Should().Equal(0);
        pool.Wait(30);

        pool.Started.Should().BeEmpty();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
    }

    [Fact]
    public void One_that_still_waits_starts_two_then_four_but_never_more_than_the_maximum()
    {
        Pool pool = OnDemand(6);
        var steps = new List<int>();
        for (int i = 0; i < 4; i++)
        {
            pool.ConnectionWaits();
            steps.Add(pool.Started.Count());
            pool.AllReady();
            _busy.UnionWith(pool.Serving);
            pool.Wait(0.02);
        }

        steps.Should().Equal(1, 2, 3, 0);
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
    }

    [Fact]
    public void At_the_maximum_with_nobody_idle_the_host_is_told_to_pause_and_to_go_on()
    {
        Pool pool = OnDemand(1);
        Busy(pool);
        pool.All.OfType<PoolAction.SayPaused>().Should().BeEmpty("not for a start");
        pool.Wait(1);
        pool.Said<PoolAction.SayPaused>().Should().Equal(new PoolAction.SayPaused(1));

        _busy.Clear();
        pool.Wait(1);

        pool.Said<PoolAction.SayResumed>().Should().ContainSingle();
    }

    [Fact]
    public void The_end_of_the_only_worker_ends_the_pause_although_nobody_is_looked_at_any_more()
    {
        Pool pool = OnDemand(1);
        Busy(pool);
        pool.Wait(1);
        pool.Said<PoolAction.SayPaused>().Should().ContainSingle();

        pool.Crashes(0);

        pool.Said<PoolAction.SayResumed>().Should().ContainSingle("a host that was told to pause waits for this word");
    }

    [Fact]
    public void An_idle_worker_takes_the_connection_and_is_given_the_time_for_it()
    {
        Pool pool = OnDemand(4);
        pool.ConnectionWaits();
        pool.AllReady();

        pool.ConnectionWaits();

        pool.Started.Should().BeEmpty();
        Demand.Listens(pool.State, pool.Now).Should().BeFalse();
        pool.State.NextWake.Should().BeLessThanOrEqualTo(pool.Now + TimeSpan.FromMilliseconds(20));
        pool.Wait(0.02);
        Demand.Listens(pool.State, pool.Now).Should().BeTrue();
    }

    [Fact]
    public void A_worker_that_has_nothing_to_do_for_the_idle_timeout_is_told_and_one_that_was_busy_in_between_is_not()
    {
        Pool pool = OnDemand(4);
        Busy(pool);
        Busy(pool);
        _busy.Clear();
        pool.Wait(5);
        _busy.Add(1);
        pool.Wait(1);
        _busy.Clear();

        pool.Wait(5.5);
        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.Idle), new PoolAction.TellToLeave(2, WorkerExitCause.Idle));
        pool.Obey();
        pool.Wait(6);
        pool.Told.Should().Equal(1);
        pool.Obey();

        pool.State.Workers.Should().BeEmpty();
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_request_between_two_looks_is_seen_by_what_it_has_moved()
    {
        Pool pool = OnDemand(4);
        pool.ConnectionWaits();
        pool.AllReady();
        long progress = 0;
        pool.Sees = worker => new WorkerSample(worker.Slot) { Progress = progress };
        for (int i = 0; i < 4; i++)
        {
            pool.Wait(6);
            progress++;
        }

        pool.All.OfType<PoolAction.TellToLeave>().Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_that_ends_is_not_replaced_before_the_next_connection(bool crashes)
    {
        Pool pool = OnDemand(4);
        Busy(pool);

        if (crashes)
        {
            pool.Crashes(0);
        }
        else
        {
            pool.LeavesByItself(0);
            pool.Exits(0);
        }

        pool.All.OfType<PoolAction.Launch>().Should().ContainSingle();
        pool.ConnectionWaits();
        pool.Started.Should().StartWith(0);
    }

    [Fact]
    public void A_start_that_is_refused_for_now_leaves_a_manager_that_tries_again_when_its_time_has_come()
    {
        Pool pool = OnDemand(4);
        pool.Refuses = static () => false;
        pool.ConnectionWaits();
        pool.Wait(0.02);
        pool.ConnectionWaits();
        pool.Wait(0.02);
        Demand.Listens(pool.State, pool.Now).Should().BeFalse("nobody can be started before the delay is over, so there is nothing to be heard");
        pool.Refuses = static () => null;

        pool.Wait(1);

        pool.Started.Should().Equal(0);
    }

    [Fact]
    public void A_new_worker_that_fails_a_reload_costs_no_old_one_its_place()
    {
        Pool pool = OnDemand(4);
        Busy(pool);
        pool.Reload();

        pool.Crashes(pool.Starting.Single());

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Told.Should().BeEmpty("it serves a request, and nobody replaces it");
        pool.Serving.Should().Equal(0);
    }

    [Fact]
    public void An_old_worker_that_crashes_in_a_reload_costs_the_canary_nothing()
    {
        Pool pool = OnDemand(4);
        Busy(pool);
        pool.Reload();

        pool.Crashes(0);

        pool.Told.Should().BeEmpty();
        pool.Starting.Should().Equal(1);
    }

    private void Busy(Pool pool)
    {
        pool.ConnectionWaits();
        pool.AllReady();
        _busy.UnionWith(pool.Serving);
        pool.Wait(0.02);
    }

    private Pool OnDemand(int most)
    {
        var pool = new Pool(most, p => p with { Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 0, Most = most } })
        {
            Sees = worker => _busy.Contains(worker.Slot) ? Seen.Busy(worker.Slot) : Seen.Idle(worker.Slot),
        };
        pool.Begin();
        return pool;
    }
}
