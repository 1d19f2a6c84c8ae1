using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>An operator asks for the replacement of one worker.</summary>
public class RecyclingOneWorker
{
    [Fact]
    public void It_serves_until_its_replacement_is_ready()
    {
        Pool pool = Pool.Running(2);

        pool.Recycle(0);
        pool.Started.Should().Equal(2);
        pool.Told.Should().BeEmpty();

        pool.Ready(2);
        pool.Last.OfType<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.Recycled));

        pool.Obey();
        pool.Said<PoolAction.SayEnded>().Should().Equal(new PoolAction.SayEnded(0, WorkerExitCause.Recycled, false));
        pool.Serving.Should().BeEquivalentTo([1, 2]);
    }

    [Fact]
    public void Another_worker_need_not_have_left_before_and_no_pause_is_kept()
    {
        Pool pool = Pool.Running(3, static p => p with { Recycling = p.Recycling with { Interval = TimeSpan.FromHours(1) } });
        pool.Recycle(0);
        pool.Ready(3);
        pool.Obey();

        pool.Recycle(1);
        pool.AllReady();

        pool.Last.OfType<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(1, WorkerExitCause.Recycled));
    }

    [Fact]
    public void A_standby_worker_leaves_at_once_and_another_is_started()
    {
        Pool pool = Pool.Running(1, static p => p with { StandbyCount = 1 });
        int standby = pool.Parked.Single();

        pool.Recycle(standby);

        pool.Told.Should().Equal(standby);
        pool.Obey();
        pool.Calm();
        pool.Parked.Should().ContainSingle();
    }

    [Fact]
    public void Nothing_happens_for_a_slot_without_a_worker_for_one_that_leaves_and_while_the_pool_stops()
    {
        Pool pool = Pool.Running(2);
        pool.Recycle(7);
        pool.Last.Should().BeEmpty();

        pool.Scale(-1);
        int leaving = pool.Leaving.Single();
        pool.Recycle(leaving);
        pool.Started.Should().BeEmpty();

        pool.Stop();
        pool.Recycle(0);
        pool.Started.Should().BeEmpty();
    }
}
