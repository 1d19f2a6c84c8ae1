using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class MemoryLimits
{
    private readonly Dictionary<int, long> _uses = [];
    private Func<WorkerState, long>? _grows;
    private Func<WorkerState, TimeSpan, long?>? _leaks;

    [Fact]
    [Trait("Row", "C1")]
    public void Several_samples_over_the_limit_then_a_collection_then_as_many_again_and_then_it_is_replaced()
    {
        Pool pool = Running(2);
        _uses[0] = 101;

        pool.Wait(10);
        pool.Said<PoolAction.Collect>().Should().BeEmpty("that was two samples");
        pool.Wait(5);
        pool.Said<PoolAction.Collect>().Should().Equal(new PoolAction.Collect(0));
        pool.Wait(10);
        pool.Said<PoolAction.SayLimitReached>().Should().BeEmpty();
        pool.Wait(5);

        pool.Said<PoolAction.SayLimitReached>().Should().Equal(new PoolAction.SayLimitReached(0, new LeaveReason(WorkerExitCause.MemoryLimit) { Bytes = 101, ByteLimit = 100 }));
        pool.Told.Should().BeEmpty();
        pool.AllReady();
        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.MemoryLimit));
    }

    [Fact]
    public void A_sample_below_the_limit_begins_the_count_again()
    {
        Pool pool = Running(1);
        for (int i = 0; i < 10; i++)
        {
            _uses[0] = 101;
            pool.Wait(10);
            _uses[0] = 100;
            pool.Wait(5);
        }

        pool.All.Where(static a => a is not PoolAction.Look).Should().BeEmpty();
    }

    [Fact]
    public void A_collection_that_helped_for_long_is_tried_again()
    {
        Pool pool = Running(1);
        _uses[0] = 101;
        pool.Wait(15);
        _uses[0] = 50;
        pool.Wait(600);
        _uses[0] = 101;

        pool.Wait(15);

        pool.Said<PoolAction.Collect>().Should().ContainSingle();
        pool.Said<PoolAction.SayLimitReached>().Should().BeEmpty();
    }

    [Fact]
    public void A_worker_is_left_alone_for_the_least_lifetime()
    {
        Pool pool = Running(1, new MemoryPolicy { WorkerLimit = 100, Samples = 1, MinLifetime = TimeSpan.FromSeconds(60) });
        _uses[0] = 200;

        pool.Wait(59);
        pool.Said<PoolAction.Collect>().Should().BeEmpty();
        pool.Wait(5);

        pool.Said<PoolAction.Collect>().Should().ContainSingle();
    }

    [Fact]
    public void When_fresh_workers_are_over_it_too_there_is_an_alarm_and_no_more_of_it()
    {
        Pool pool = Running(1);
        _grows = static _ => 200;
        for (int i = 0; i < 6; i++)
        {
            pool.Wait(60);
            pool.AllReady();
            pool.Obey();
        }

        pool.All.OfType<PoolAction.SayRecyclingUseless>().Should().Equal(new PoolAction.SayRecyclingUseless(3, 200));
        pool.All.OfType<PoolAction.SayLimitReached>().Should().HaveCount(3);
        pool.Wait(3600);
        pool.Last.Where(static a => a is not PoolAction.Look).Should().HaveCountLessThanOrEqualTo(6).And.AllBeOfType<PoolAction.Collect>("collections go on, one in ten minutes");
        pool.Last.OfType<PoolAction.Collect>().Should().NotBeEmpty();
    }

    [Fact]
    public void Garbage_of_the_start_that_a_collection_frees_is_no_sign_that_recycling_is_useless()
    {
        Pool pool = Running(1, new MemoryPolicy { WorkerLimit = 100, Samples = 3, Interval = TimeSpan.FromSeconds(5), MinLifetime = TimeSpan.FromSeconds(30) });
        _grows = static worker => worker.Memory.CollectedAt is null ? 200 : 50;
        _leaks = static (worker, now) => now - worker.ServesSince > TimeSpan.FromMinutes(3) ? 200 : null;
        for (int i = 0; i < 20; i++)
        {
            pool.Wait(60);
            pool.AllReady();
            pool.Obey();
        }

        pool.All.OfType<PoolAction.SayRecyclingUseless>().Should().BeEmpty();
        pool.All.OfType<PoolAction.SayLimitReached>().Should().HaveCountGreaterThan(4, "each serves for three minutes before it leaks");
    }

    [Fact]
    public void Who_is_over_again_within_ten_minutes_of_its_collection_is_replaced_without_another()
    {
        Pool pool = Running(1);
        _uses[0] = 101;
        pool.Wait(15);
        pool.Said<PoolAction.Collect>().Should().ContainSingle();
        _uses[0] = 50;
        pool.Wait(570);
        _uses[0] = 101;
        pool.Wait(15);

        pool.Said<PoolAction.Collect>().Should().BeEmpty();
        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle();
    }

    [Fact]
    public void A_reload_brings_another_program_and_the_watch_begins_again()
    {
        Pool pool = Running(1);
        _grows = static _ => 200;
        for (int i = 0; i < 6; i++)
        {
            pool.Wait(60);
            pool.AllReady();
            pool.Obey();
        }

        pool.Reload();
        pool.AllReady();
        pool.Wait(5);
        pool.Obey();
        pool.Wait(60);

        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle();
    }

    private Pool Running(int count, MemoryPolicy? memory = null, TimeSpan pause = default)
    {
        memory ??= new MemoryPolicy { WorkerLimit = 100, Samples = 3, Interval = TimeSpan.FromSeconds(5) };
        Pool pool = Pool.Running(count, p => p with { Memory = memory, Recycling = p.Recycling with { Interval = pause, Ceiling = TimeSpan.FromHours(1) } });
        pool.Sees = worker => new WorkerSample(worker.Slot) { Memory = _leaks?.Invoke(worker, pool.Now) ?? _grows?.Invoke(worker) ?? _uses.GetValueOrDefault(worker.Slot) };
        return pool;
    }
}
