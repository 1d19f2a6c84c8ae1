using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>Nobody may be needed, and yet the new program must be tried.</summary>
public class OnDemandReload
{
    private static readonly TimeSpan CanaryTime = TimeSpan.FromSeconds(30);
    private bool _busy;

    [Fact]
    public void A_canary_on_trial_is_not_sent_away_as_idle()
    {
        Pool pool = OnDemand();
        pool.ConnectionWaits();
        pool.AllReady();
        pool.Reload();
        pool.AllReady();

        pool.Wait(29);
        pool.Told.Should().BeEmpty("it has been idle for three times the idle timeout, but it is on trial");
        pool.Wait(1);
        pool.Said<PoolAction.SayCanaryHeld>().Should().Equal(new PoolAction.SayCanaryHeld(1));
        Calm(pool);

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
        pool.State.Workers.Should().BeEmpty("then all go that are idle");
    }

    [Fact]
    public void With_nobody_there_one_is_started_for_the_trial_and_goes_when_it_has_been_idle()
    {
        Pool pool = OnDemand();

        pool.Reload();
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(0, 2));
        pool.Reloaded.Should().BeEmpty();
        pool.AllReady();
        pool.Wait(29.9);
        pool.Reloaded.Should().BeEmpty();
        pool.Wait(0.1);
        pool.Reloaded.Should().Equal(ReloadOutcome.Succeeded);
        Calm(pool);

        pool.State.Workers.Should().BeEmpty();
        pool.State.Target.Should().Be(0);
        pool.State.NextWake.Should().BeNull();
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("start timeout")]
    [InlineData("refused")]
    [InlineData("own call")]
    public void With_nobody_there_a_new_program_that_fails_fails_the_reload_and_nobody_is_tried_again(string how)
    {
        Pool pool = OnDemand();
        pool.ConnectionWaits();
        pool.AllReady();
        Calm(pool);
        pool.Refuses = () => how == "refused" ? true : null;
        pool.Reload();

        switch (how)
        {
            case "crash":
                pool.Exits(0, 1);
                break;
            case "start timeout":
                pool.Wait(60);
                pool.EndsBy(0, 9);
                break;
            case "own call":
                pool.Feed(new ManagerEvent.LeavesByItself(0, OwnCall: true), new ManagerEvent.Ended(0, 0, null, "exit code 0"));
                break;
            default:
                break;
        }

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Failed);
        pool.State.Workers.Should().BeEmpty();
        pool.State.Target.Should().Be(0);
        pool.Wait(3600);
        pool.Started.Should().BeEmpty();
    }

    [Fact]
    public void A_stranger_who_ends_the_only_canary_does_not_make_the_reload_succeed()
    {
        Pool pool = OnDemand();
        pool.Reload();
        pool.AllReady();
        pool.Wait(5);

        pool.EndsBy(0, 15);

        pool.Reloaded.Should().BeEmpty();
        pool.Starting.Should().Equal(0);
    }

    [Fact]
    public void A_connection_that_waits_meanwhile_is_taken_by_the_canary_or_starts_another()
    {
        Pool pool = OnDemand();
        pool.Reload();
        pool.AllReady();
        _busy = true;
        pool.Wait(1);

        pool.ConnectionWaits();

        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(1, 2));
    }

    [Fact]
    public void All_at_once_has_no_canary_and_with_nobody_there_nothing_to_do()
    {
        Pool pool = OnDemand(static p => p with { ReloadStrategy = ReloadStrategy.AllAtOnce });

        pool.Reload();

        pool.Reloaded.Should().Equal(ReloadOutcome.Succeeded);
        pool.Started.Should().BeEmpty();
    }

    private static void Calm(Pool pool)
    {
        for (int i = 0; i < 200; i++)
        {
            pool.AllReady();
            pool.Obey();
            pool.Wait(1);
        }
    }

    private Pool OnDemand(Func<PoolPolicy, PoolPolicy>? with = null)
    {
        var pool = new Pool(4, p => (with ?? (static p => p))(p with { CanaryTime = CanaryTime, Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 0, Most = 4 } }))
        {
            Sees = worker => _busy ? Seen.Busy(worker.Slot) : Seen.Idle(worker.Slot),
        };
        pool.Begin();
        return pool;
    }
}
