using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class ChangingTheSize
{
    [Theory]
    [InlineData(1, 1, 2, false)]
    [InlineData(2, -1, 1, false)]
    [InlineData(1, -1, 1, true)]
    [InlineData(2048, 1, 2048, true)]
    [InlineData(2047, 1, 2048, false)]
    [InlineData(5, -9, 1, true)]
    [InlineData(5, int.MaxValue, 2048, true)]
    [InlineData(5, int.MinValue, 1, true)]
    public void One_more_and_one_fewer_stay_between_1_and_2048(int count, int delta, int target, bool atLimit)
    {
        var pool = new Pool(count, static p => p with { StartDelay = TimeSpan.FromHours(1) });

        pool.Scale(delta);

        pool.State.Target.Should().Be(target);
        pool.Said<PoolAction.SayTarget>().Should().Equal(new PoolAction.SayTarget(target, atLimit));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(6, 6)]
    [InlineData(9999, 2048)]
    public void A_size_is_taken_within_the_same_limits(int wanted, int target)
    {
        var pool = new Pool(3, static p => p with { StartDelay = TimeSpan.FromHours(1) });

        pool.Size(wanted);

        pool.State.Target.Should().Be(target);
    }

    [Fact]
    public void One_more_is_started_at_once()
    {
        Pool pool = Pool.Running(2);

        pool.Scale(1);

        pool.Started.Should().Equal(2);
    }

    [Fact]
    public void One_fewer_sends_away_a_worker_that_still_starts()
    {
        Pool pool = Pool.Running(3);
        pool.Crashes(0);
        pool.Starting.Should().Equal(0);

        pool.Scale(-1);

        pool.Last.OfType<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.ScaledDown));
    }

    [Fact]
    public void When_none_starts_the_youngest_goes()
    {
        Pool pool = Pool.Running(3);
        pool.Wait(5);
        pool.Crashes(1);
        pool.Ready(1);

        pool.Scale(-1);
        pool.Told.Should().Equal(1);
        pool.Scale(-1);
        pool.Told.Should().Equal([2], "of two equally old ones the higher slot goes");
    }

    [Fact]
    public void A_worker_sent_away_is_not_replaced_when_it_ends()
    {
        Pool pool = Pool.Running(3);
        pool.Scale(-1);

        pool.Obey();

        pool.Started.Should().BeEmpty();
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(2, WorkerExitCause.ScaledDown, false));
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void While_the_manager_stops_no_size_is_taken()
    {
        Pool pool = Pool.Running(2);
        pool.Stop();

        pool.Scale(1);

        pool.State.Target.Should().Be(2);
        pool.Started.Should().BeEmpty();
        pool.Said<PoolAction.SayIgnored>().Should().ContainSingle();
    }
}
