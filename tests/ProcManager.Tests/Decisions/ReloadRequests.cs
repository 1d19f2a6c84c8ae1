using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class ReloadRequests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void However_often_it_is_asked_for_during_a_reload_exactly_one_more_follows(int times)
    {
        Pool pool = Pool.Running(2);
        pool.Reload();
        for (int i = 0; i < times; i++)
        {
            pool.Reload();
        }

        pool.Calm();

        pool.All.OfType<PoolAction.SayReloadStarted>().Select(static s => s.Generation).Should().Equal(2, 3);
        pool.All.OfType<PoolAction.SayReloadQueued>().Should().ContainSingle();
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 3);
    }

    [Fact]
    public void The_one_more_follows_a_failed_reload_too()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();
        pool.Reload();

        pool.Exits(2, 1);

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Last.OfType<PoolAction.Launch>().Should().ContainSingle(static l => l.Generation == 3);
    }

    [Fact]
    public void While_the_manager_stops_it_is_ignored()
    {
        Pool pool = Pool.Running(2);
        pool.Stop();

        pool.Reload();

        pool.Last.Should().ContainSingle().Which.Should().BeOfType<PoolAction.SayIgnored>();
        pool.State.Generation.Should().Be(1);
    }

    [Fact]
    public void The_number_of_workers_asked_for_at_run_time_is_kept()
    {
        Pool pool = Pool.Running(2);
        pool.Scale(1);
        pool.AllReady();

        pool.Reload();
        pool.Calm();

        pool.State.Target.Should().Be(3);
        pool.Serving.Should().HaveCount(3);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    [InlineData(2, 3)]
    [InlineData(-2, 0)]
    [InlineData(-2, 1)]
    [InlineData(-2, 2)]
    [InlineData(-2, 3)]
    public void A_change_of_the_number_at_any_moment_of_a_reload_is_reached_and_the_reload_succeeds(int delta, int moment)
    {
        Pool pool = Pool.Running(4);
        Action[] steps = [pool.Reload, pool.AllReady, () => pool.Wait(1), pool.Obey];
        for (int i = 0; i <= moment; i++)
        {
            steps[i]();
        }

        int fewest = Math.Min(4, 4 + delta);
        pool.Decided = (_, _, _) => pool.Serving.Count().Should().BeGreaterThanOrEqualTo(fewest);
        pool.Scale(delta);
        pool.Calm();

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().Equal(new PoolAction.SayReloadFinished(2, ReloadOutcome.Succeeded, null));
        pool.Serving.Should().HaveCount(4 + delta);
        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2);
    }
}
