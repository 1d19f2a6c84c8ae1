using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class RollingReload
{
    [Fact]
    public void One_new_worker_is_tried_first_and_nobody_is_told_to_leave_for_it()
    {
        Pool pool = Pool.Running(3);

        pool.Reload();
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(3, 2));
        pool.Wait(10);
        pool.Ready(3);

        pool.Started.Should().BeEmpty();
        pool.Told.Should().BeEmpty();
    }

    [Fact]
    public void The_canary_must_live_for_the_canary_time_from_when_it_is_ready()
    {
        Pool pool = Pool.Running(3, static p => p with { CanaryTime = TimeSpan.FromSeconds(4) });
        pool.Reload();
        pool.Wait(10);
        pool.Ready(3);

        pool.Wait(3.9);
        pool.Last.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.SayCanaryHeld>().Should().Equal(new PoolAction.SayCanaryHeld(3));
        pool.Told.Should().Equal(0);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    [InlineData(3, 8)]
    public void Each_old_worker_leaves_only_after_a_new_one_is_ready(int count, int surge)
    {
        Pool pool = Pool.Running(count, p => p with { MaxSurge = surge });
        int fewest = int.MaxValue;
        int most = 0;
        pool.Decided = (_, _, _) =>
        {
            fewest = Math.Min(fewest, pool.Serving.Count());
            most = Math.Max(most, pool.State.Workers.Count(static w => w.IsLive));
        };

        pool.Reload();
        pool.Calm();

        fewest.Should().Be(count, "nobody waits for a worker because of a reload");
        most.Should().BeLessThanOrEqualTo(count + surge);
        pool.Serving.Should().HaveCount(count);
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2);
        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
        pool.All.OfType<PoolAction.Launch>().Should().HaveCount(count);
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void After_the_canary_as_many_are_started_at_once_as_the_surge_allows()
    {
        Pool pool = Pool.Running(6, static p => p with { MaxSurge = 3 });
        pool.Reload();
        pool.AllReady();

        pool.Wait(1);

        pool.Told.Should().Equal(0);
        pool.Started.Should().HaveCount(2, "the one that is leaving still counts");
        pool.Exits(0);
        pool.Started.Should().HaveCount(1);
        pool.Starting.Should().HaveCount(3);
    }

    [Fact]
    public void It_succeeds_only_when_the_old_ones_are_gone()
    {
        Pool pool = Pool.Running(1);
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Told.Should().Equal(0);

        pool.Reloaded.Should().BeEmpty();
        pool.Exits(0);

        pool.Reloaded.Should().Equal(ReloadOutcome.Succeeded);
    }

    [Fact]
    public void Workers_that_are_not_ready_yet_are_replaced_before_those_that_serve()
    {
        Pool pool = Pool.Running(3);
        pool.Crashes(2);
        pool.Reload();
        pool.Ready(3);

        pool.Wait(1);

        pool.Told.Should().Equal(2);
    }

    [Fact]
    public void A_reload_while_nobody_is_ready_yet_replaces_them_all()
    {
        var pool = new Pool(2);
        pool.Begin();

        pool.Reload();
        pool.Ready(2);
        pool.Wait(1);
        pool.Told.Should().Equal(0);
        pool.Calm();

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2 && w.IsServing);
    }

    [Fact]
    public void An_old_worker_that_crashes_meanwhile_fails_nothing_and_a_new_one_takes_its_place()
    {
        Pool pool = Pool.Running(3);
        pool.Reload();

        pool.Crashes(1);
        pool.Started.Should().BeEmpty("the canary is its replacement");
        pool.Crashes(0);

        pool.Reloaded.Should().BeEmpty();
        pool.Last.OfType<PoolAction.Launch>().Should().Equal(new PoolAction.Launch(0, 2));
    }
}
