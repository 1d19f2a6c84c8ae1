using ProcManager.Runtime;
using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>What the log says of a worker that drains: the cause, with what was measured and the limit.</summary>
public class ReasonsOfLeaving
{
    private const long MiB = 1 << 20;

    [Fact]
    public void A_reload_and_the_new_workers_of_one_that_failed()
    {
        Pool pool = Pool.Running(1);
        pool.Reload();
        pool.Ready(1);
        pool.Wait(1);
        Reason(pool, 0).Should().Be("for the reload to generation 2");

        pool = Pool.Running(3, static p => p with { MaxSurge = 2 });
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Exits(0);
        pool.Exits(4, 1);
        Reason(pool, 0).Should().Be("for the failed reload to generation 2");
    }

    [Fact]
    public void A_stop()
    {
        Pool pool = Pool.Running(1);
        pool.Stop();
        Reason(pool, 0).Should().Be("for the stop");
    }

    [Fact]
    public void One_worker_too_many()
    {
        Pool pool = Pool.Running(3);
        pool.Scale(-1);
        Reason(pool, 2).Should().Be("(one too many: 2 workers are wanted)");
        pool.Obey();
        pool.Scale(-1);
        Reason(pool, 1).Should().Be("(one too many: 1 worker is wanted)");
    }

    [Fact]
    public void An_idle_worker()
    {
        Pool pool = Pool.Running(1, static p => p with { Demand = new DemandPolicy { Sizing = PoolSizing.OnDemand, First = 1, Most = 4, IdleTimeout = TimeSpan.FromSeconds(10) } });
        pool.Wait(20);
        Reason(pool, 0).Should().Be("(idle for 10 s)");
    }

    [Theory]
    [InlineData(1003, 1000, "(1003 of 1000 requests)")]
    [InlineData(1, 1, "(1 of 1 request)")]
    public void A_limit_of_requests(int finished, int limit, string text)
    {
        Pool pool = Pool.Running(1, p => p with { Recycling = p.Recycling with { MaxRequests = limit } });
        pool.AsksToLeave(0);
        LeaveReasons.Short(pool.Said<PoolAction.SayLimitReached>().Single().Reason, finished).Should().Be(text[1..^1]);
        pool.AllReady();
        Reason(pool, 0, finished).Should().Be(text);
    }

    [Fact]
    public void A_lifetime()
    {
        Pool pool = Pool.Running(1, static p => p with { Recycling = p.Recycling with { MaxLifetime = TimeSpan.FromHours(1) } });
        pool.Wait(3600);
        LeaveReasons.Short(pool.Said<PoolAction.SayLimitReached>().Single().Reason, 0).Should().Be("age 1 h of 1 h");
        pool.Wait(120);
        pool.AllReady();
        Reason(pool, 0).Should().Be("(age 1 h 2 min of 1 h)");
    }

    [Fact]
    public void Memory_of_the_worker_or_of_the_pool()
    {
        Reason(Grown(new MemoryPolicy { WorkerLimit = 200 * MiB, Samples = 1, Interval = TimeSpan.FromSeconds(1) }), 0).Should().Be("(memory 231 MiB of 200 MiB)");
        Reason(Grown(new MemoryPolicy { PoolLimit = 230 * MiB, Samples = 1, Interval = TimeSpan.FromSeconds(1) }), 0).Should().Be("(memory of the pool 231 MiB of 230 MiB)");
    }

    [Fact]
    public void A_hung_request()
    {
        Pool pool = new HungWorker(WatchdogSteps.Terminate | WatchdogSteps.Kill).Find().Pool;
        Reason(pool, 0).Should().Be("(hung request, 2 min of 2 min)");
    }

    [Fact]
    public void Processor_time()
    {
        TimeSpan cpu = TimeSpan.Zero;
        Pool pool = Pool.Running(1, static p => p with { Rogues = new RoguePolicy { LifeLimit = TimeSpan.FromSeconds(20) } });
        pool.Sees = worker => new WorkerSample(worker.Slot) { Cpu = cpu += TimeSpan.FromSeconds(10) };
        pool.Wait(30);
        Reason(pool, 0).Should().Be("(processor time 30 s of 20 s)");
    }

    private static Pool Grown(MemoryPolicy memory)
    {
        Pool pool = Pool.Running(1, p => p with { Memory = memory });
        pool.Sees = static worker => new WorkerSample(worker.Slot) { Memory = 231 * MiB };
        pool.Wait(5);
        pool.AllReady();
        return pool;
    }

    private static string Reason(Pool pool, int slot, long requests = 0)
    {
        pool.Told.Should().Contain(slot);
        return LeaveReasons.Of(pool.Said<PoolAction.SayDraining>().Single(d => d.Slot == slot).Reason, requests);
    }
}
