using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class FailedReload
{
    public static TheoryData<string> CanaryEnds => ["crash at start", "crash when ready", "exit 0", "killed at start"];

    [Theory]
    [MemberData(nameof(CanaryEnds))]
    public void A_canary_that_dies_fails_the_reload_and_leaves_the_old_ones_alone(string end)
    {
        Pool pool = Pool.Running(3, static p => p with { CanaryTime = TimeSpan.FromSeconds(5) });
        pool.Reload();

        switch (end)
        {
            case "crash at start":
                pool.Exits(3, 1);
                break;
            case "crash when ready":
                pool.Ready(3);
                pool.Wait(4);
                pool.Crashes(3);
                break;
            case "exit 0":
                pool.Ready(3);
                pool.Exits(3);
                break;
            default:
                pool.Wait(60);
                pool.Killed.Should().Equal(3);
                break;
        }

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Failed && f.Reason!.StartsWith("worker 3 "));
        pool.Obey();
        pool.Wait(3600);
        pool.All.OfType<PoolAction.TellToLeave>().Should().NotContain(static t => t.Slot < 3);
        pool.Serving.Should().Equal(0, 1, 2);
        pool.State.Workers.Should().OnlyContain(static w => w.RetireFor == null);
    }

    [Fact]
    public void A_canary_that_is_killed_for_its_start_timeout_fails_the_reload_there_and_then()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();

        pool.Wait(60);

        pool.Killed.Should().Equal(2);
        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Started.Should().BeEmpty("there is nothing to try another one for");
    }

    [Fact]
    public void A_failure_in_the_middle_takes_back_the_new_ones_beyond_the_wanted_number()
    {
        Pool pool = Pool.Running(3, static p => p with { MaxSurge = 2 });
        pool.Reload();
        pool.AllReady();
        pool.Wait(1); // 3 is ready, 0 leaves, 4 starts
        pool.Exits(0); // its slot is used again
        pool.Starting.Should().Equal(0, 4);

        pool.Exits(4, 1);

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Last.OfType<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.TakenBack));
        pool.Serving.Should().Equal([1, 2, 3], "0 has left already, so 3 stays in its place");
    }

    [Fact]
    public void A_start_that_can_never_succeed_fails_the_reload()
    {
        Pool pool = Pool.Running(2);
        pool.Refuses = static () => true;

        pool.Reload();

        pool.Said<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Failed, "refused", Ran: false));
        pool.Serving.Should().Equal(0, 1);
    }

    [Fact]
    public void A_start_that_failed_for_now_is_tried_again_and_fails_nothing()
    {
        Pool pool = Pool.Running(2);
        pool.Refuses = static () => false;
        pool.Reload();
        pool.Reloaded.Should().BeEmpty();
        pool.Refuses = static () => null;

        pool.Wait(1);
        pool.Started.Should().Equal(2);
        pool.Calm();

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
    }

    [Fact]
    public void A_start_of_the_old_generation_that_is_refused_does_not_fail_the_reload()
    {
        Pool pool = Pool.Running(2);
        pool.Crashes(0);
        pool.Refuses = FirstOnly(permanent: true);

        // The order to start is out; the wish to reload is heard before its outcome.
        pool.Feed(new ManagerEvent.Ended(0, null, 11, "signal 11"), new ManagerEvent.Tick(), new ManagerEvent.ReloadRequested());

        pool.Reloaded.Should().BeEmpty();
        pool.State.Reload.Should().NotBeNull();
    }

    [Fact]
    public void A_worker_that_had_asked_to_leave_is_replaced_although_the_reload_failed()
    {
        Pool pool = Pool.Running(2);
        pool.AsksToLeave(0);
        pool.Reload();
        pool.Exits(2); // the replacement made room for the canary
        pool.AsksToLeave(1);
        pool.Exits(2, 1);
        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);

        pool.Calm();

        pool.All.OfType<PoolAction.TellToLeave>().Where(static t => t.Cause == WorkerExitCause.RequestLimit).Select(static t => t.Slot).Should().BeEquivalentTo([0, 1], "a worker asks only once");
    }

    private static Func<bool?> FirstOnly(bool permanent)
    {
        bool first = true;
        return () =>
        {
            bool? refusal = first ? permanent : null;
            first = false;
            return refusal;
        };
    }
}
