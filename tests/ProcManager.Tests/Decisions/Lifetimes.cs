using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class Lifetimes
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    [Fact]
    public void At_the_end_of_its_life_a_worker_is_replaced_before_it_leaves()
    {
        Pool pool = Running(1);

        pool.Wait(Limit - TimeSpan.FromSeconds(1));
        pool.Last.Should().BeEmpty();
        pool.Wait(1);
        pool.Said<PoolAction.SayLimitReached>().Should().Equal(new PoolAction.SayLimitReached(0, new LeaveReason(WorkerExitCause.LifetimeLimit) { Time = Limit, TimeLimit = Limit }));
        pool.Started.Should().Equal(1);
        pool.Told.Should().BeEmpty();
        pool.AllReady();

        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.LifetimeLimit));
    }

    [Fact]
    public void One_that_stood_by_lives_from_when_it_began_to_serve()
    {
        Pool pool = Running(1, p => p with { StandbyCount = 1 });
        pool.Wait(Limit / 2);
        pool.Crashes(0);
        pool.Serving.Should().Equal(1);

        pool.Wait(Limit - TimeSpan.FromSeconds(1));
        pool.Said<PoolAction.SayLimitReached>().Should().BeEmpty();
        pool.Wait(1);

        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle(static s => s.Slot == 1);
    }

    [Fact]
    public void The_manager_wakes_for_the_end_of_a_life_and_for_nothing_else()
    {
        Pool pool = Running(3, static p => p with { Recycling = p.Recycling with { LifetimeJitter = TimeSpan.FromMinutes(10) } });

        TimeSpan first = pool.State.Workers.Min(static w => w.ServesSince + Limit + Recycling.Jitter(w, TimeSpan.FromMinutes(10)));

        pool.State.NextWake.Should().Be(first);
    }

    [Fact]
    public void Jitter_is_spread_evenly_over_workers_that_were_started_together()
    {
        Jitters([.. Enumerable.Range(0, 1000).Select(static slot => new WorkerState(slot, 1, TimeSpan.FromHours(1)))]);
    }

    [Fact]
    public void Jitter_is_spread_evenly_over_the_workers_of_one_slot()
    {
        Jitters([.. Enumerable.Range(0, 1000).Select(static i => new WorkerState(3, 1, TimeSpan.FromHours(1) + TimeSpan.FromSeconds(17.3 * i)))]);
    }

    [Fact]
    public void Jitter_is_the_same_each_time_it_is_asked_for()
    {
        var worker = new WorkerState(5, 1, TimeSpan.FromHours(3));

        Recycling.Jitter(worker with { Generation = 2, Phase = WorkerPhase.Serving }, Limit).Should().Be(Recycling.Jitter(worker, Limit));
        Recycling.Jitter(worker, TimeSpan.Zero).Should().Be(TimeSpan.Zero);
    }

    private static void Jitters(WorkerState[] workers)
    {
        TimeSpan[] jitters = [.. workers.Select(static w => Recycling.Jitter(w, TimeSpan.FromMinutes(10)))];

        jitters.Should().OnlyContain(static j => j >= TimeSpan.Zero && j < TimeSpan.FromMinutes(10));
        IEnumerable<int> inEachMinute = jitters.GroupBy(static j => (int)j.TotalMinutes).Select(static g => g.Count());
        inEachMinute.Should().HaveCount(10).And.OnlyContain(static n => n > 60 && n < 140);
    }

    private static Pool Running(int count, Func<PoolPolicy, PoolPolicy>? with = null) =>
        Pool.Running(count, p => (with ?? (static p => p))(p with { Recycling = p.Recycling with { MaxLifetime = Limit } }));
}
