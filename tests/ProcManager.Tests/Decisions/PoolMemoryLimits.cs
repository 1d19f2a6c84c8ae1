using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>MaxPoolMemory: what all workers have together.</summary>
[Trait("Row", "C1")]
public class PoolMemoryLimits
{
    private readonly Dictionary<int, long> _uses = [];

    [Fact]
    public void The_largest_is_collected_then_goes_and_the_next_only_when_that_did_not_help()
    {
        Pool pool = Running(3, samples: 2);
        (_uses[0], _uses[1], _uses[2]) = (100, 120, 90);
        pool.Wait(5);
        pool.Said<PoolAction.Collect>().Should().BeEmpty("that was one sample");
        pool.Wait(5);
        pool.Said<PoolAction.Collect>().Should().Equal(new PoolAction.Collect(1, OfPool: true));
        pool.Said<PoolAction.SayLimitReached>().Should().BeEmpty("a collection may be enough");
        pool.Wait(10);
        pool.Said<PoolAction.SayLimitReached>().Should().Equal(new PoolAction.SayLimitReached(1, new LeaveReason(WorkerExitCause.PoolMemoryLimit) { Bytes = 310, ByteLimit = 300 }));

        pool.Wait(20);
        pool.Said<PoolAction.SayLimitReached>().Should().BeEmpty("it is still there");
        pool.AllReady();
        pool.Told.Should().Equal(1);
        pool.Wait(20);
        pool.Said<PoolAction.SayLimitReached>().Should().BeEmpty("it is leaving");
        _uses[3] = 200;
        pool.Exits(1);
        pool.Wait(20);

        pool.Said<PoolAction.Collect>().Should().Equal(new PoolAction.Collect(3, OfPool: true));
        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle(static s => s.Slot == 3);
    }

    [Fact]
    public void A_collection_that_helps_costs_nobody_its_place()
    {
        Pool pool = Running(3);
        (_uses[0], _uses[1], _uses[2]) = (100, 150, 90);
        pool.Wait(5);
        pool.Said<PoolAction.Collect>().Should().ContainSingle();
        _uses[1] = 60;

        pool.Wait(3600);

        pool.Last.Where(static a => a is not PoolAction.Look).Should().BeEmpty();
    }

    [Fact]
    public void One_that_goes_for_the_pool_keeps_its_place_among_those_that_ask_however_often_it_is_measured()
    {
        Pool pool = Running(3, pause: TimeSpan.FromMinutes(1));
        pool.AsksToLeave(0);
        pool.AllReady();
        pool.Obey();
        _uses[1] = 900;
        pool.Wait(10);
        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle();
        pool.Wait(35);
        pool.AsksToLeave(2);
        pool.Wait(15);

        pool.AllReady();

        pool.Told.Should().Equal([1], "at three times the limit it comes before one that has just reached its own");
    }

    [Fact]
    public void One_kept_for_a_debugger_makes_no_healthy_ones_go()
    {
        var hung = new HungWorker(WatchdogSteps.Keep, pool: static p => p with { Memory = new MemoryPolicy { PoolLimit = 300, Samples = 1 } });
        Pool pool = hung.Pool;
        hung.Find();
        pool.Worker(0).Phase.Should().Be(WorkerPhase.Kept);
        _uses[0] = 5000;
        pool.AllReady();
        pool.Sees = Uses;

        pool.Wait(3600);

        pool.Last.Where(static a => a is PoolAction.Collect or PoolAction.SayLimitReached).Should().BeEmpty();
    }

    [Fact]
    public void One_that_not_even_KILL_ends_is_not_waited_for_and_not_counted()
    {
        Pool pool = Running(2, die: TimeSpan.FromSeconds(10));
        (_uses[0], _uses[1]) = (400, 100);
        pool.Wait(10);
        pool.AllReady();
        pool.Told.Should().Equal(0);
        pool.Wait(60);
        pool.All.OfType<PoolAction.SayLimitReached>().Should().ContainSingle("the others are below the limit");
        _uses[1] = 290;
        _uses[2] = 20;

        pool.Wait(10);

        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle(static s => s.Slot == 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void When_the_largest_are_those_that_have_just_come_there_is_an_alarm_and_no_more_of_it(int count)
    {
        Pool pool = Running(count);
        pool.Sees = static worker => new WorkerSample(worker.Slot) { Memory = 400 };
        for (int i = 0; i < 60; i++)
        {
            pool.Wait(20);
            pool.AllReady();
            pool.Obey();
        }

        pool.All.OfType<PoolAction.SayRecyclingUseless>().Should().Equal(new PoolAction.SayRecyclingUseless(3, 400 * count, OfPool: true));
        pool.All.OfType<PoolAction.SayLimitReached>().Count().Should().BeInRange(3, count + 2);
        pool.Wait(3600);
        pool.Last.Where(static a => a is not (PoolAction.Look or PoolAction.Collect)).Should().BeEmpty();
    }

    [Fact]
    public void Old_ones_that_have_grown_may_all_go_one_after_the_other()
    {
        Pool pool = Running(8);
        for (int slot = 0; slot < 8; slot++)
        {
            _uses[slot] = 250;
        }

        for (int i = 0; i < 20; i++)
        {
            pool.Wait(20);
            foreach (WorkerState starting in pool.State.Workers.Where(static w => w.IsComing).ToArray())
            {
                _uses[starting.Slot] = 5;
            }

            pool.AllReady();
            pool.Obey();
        }

        pool.All.OfType<PoolAction.SayRecyclingUseless>().Should().BeEmpty();
        pool.All.OfType<PoolAction.SayLimitReached>().Should().HaveCount(7, "one of them is allowed");
    }

    [Fact]
    public void The_limit_of_a_worker_that_was_given_up_does_not_give_up_that_of_the_pool()
    {
        Pool pool = Running(1, worker: 100);
        pool.Sees = static worker => new WorkerSample(worker.Slot) { Memory = 200 };
        for (int i = 0; i < 10; i++)
        {
            pool.Wait(20);
            pool.AllReady();
            pool.Obey();
        }

        pool.All.OfType<PoolAction.SayRecyclingUseless>().Should().ContainSingle();
        pool.Sees = static worker => new WorkerSample(worker.Slot) { Memory = 400 };
        pool.Wait(1200);

        pool.Said<PoolAction.SayLimitReached>().Should().ContainSingle(static s => s.Reason.Cause == WorkerExitCause.PoolMemoryLimit);
    }

    private WorkerSample Uses(WorkerState worker) => new(worker.Slot) { Memory = _uses.GetValueOrDefault(worker.Slot) };

    private Pool Running(int count, int samples = 1, TimeSpan pause = default, TimeSpan? die = null, long worker = 0)
    {
        var memory = new MemoryPolicy { WorkerLimit = worker, PoolLimit = 300, Samples = samples, Interval = TimeSpan.FromSeconds(5) };
        Pool pool = Pool.Running(count, p => p with { Memory = memory, DieTimeout = die ?? p.DieTimeout, Recycling = p.Recycling with { Interval = pause, Ceiling = TimeSpan.FromHours(1) } });
        pool.Sees = Uses;
        return pool;
    }
}
