using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class AllAtOnceReload
{
    [Fact]
    public void Everybody_is_told_to_leave_at_once_and_replaced_when_he_ends()
    {
        Pool pool = New(3);

        pool.Reload();
        pool.Told.Should().Equal(0, 1, 2);
        pool.Started.Should().BeEmpty();
        pool.Exits(1);

        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(1, 2));
    }

    [Fact]
    public void It_succeeds_when_all_are_new_and_ready()
    {
        Pool pool = New(2);
        pool.Reload();
        pool.Obey();

        pool.Ready(0);
        pool.Reloaded.Should().BeEmpty();
        pool.Ready(1);

        pool.Reloaded.Should().Equal(ReloadOutcome.Succeeded);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_new_worker_that_fails_ends_it_as_failed_and_is_replaced_all_the_same()
    {
        Pool pool = New(2);
        pool.Reload();
        pool.Exits(0);

        pool.Exits(0, 1);

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Started.Should().Contain(0);
    }

    [Fact]
    public void An_old_worker_that_does_not_go_is_killed_and_replaced()
    {
        Pool pool = New(1);
        pool.Reload();
        pool.Wait(60);
        pool.Killed.Should().Equal(0);
        pool.Started.Should().BeEmpty();

        pool.EndsBy(0, 9);

        pool.Started.Should().Equal(0);
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.DieTimeout, false));
    }

    [Fact]
    public void Asked_for_again_meanwhile_exactly_one_more_follows()
    {
        Pool pool = New(1);
        pool.Reload();
        pool.Reload();
        pool.Reload();
        pool.Obey();

        pool.Ready(0);

        pool.Reloaded.Should().Equal(ReloadOutcome.Succeeded);
        pool.Told.Should().Equal(0);
        pool.State.Generation.Should().Be(3);
        pool.State.ReloadAgain.Should().BeFalse();
    }

    [Fact]
    public void New_workers_that_ask_to_leave_meanwhile_are_replaced_within_the_surge()
    {
        Pool pool = New(4);
        pool.Reload();
        pool.Exits(0);
        pool.Exits(1);
        pool.Exits(2);
        pool.AllReady();

        pool.AsksToLeave(0);
        pool.AsksToLeave(1);
        pool.AsksToLeave(2);

        pool.State.Workers.Should().HaveCountLessThanOrEqualTo(4 + 1, "3 of the old ones is still there, 3 serve and the surge is 1");
    }

    private static Pool New(int count) => Pool.Running(count, static p => p with { ReloadStrategy = ReloadStrategy.AllAtOnce });
}
