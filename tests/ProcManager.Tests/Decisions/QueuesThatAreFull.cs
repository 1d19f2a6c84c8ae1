using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>The queue of a listener is full: the kernel turns clients away.</summary>
public class QueuesThatAreFull
{
    private static readonly ListenerQueue Full = new("http", 1024, 1024);

    private int _connections;

    [Fact]
    public void The_queues_are_looked_at_once_a_second_while_as_many_have_a_request_as_may()
    {
        Pool pool = PerRequestPool();
        pool.All.OfType<PoolAction.LookAtQueues>().Should().BeEmpty("a worker waits for the next connection");
        pool.Feed(Arrives());
        pool.AllReady();
        pool.Feed(Arrives());
        pool.Said<PoolAction.SayPaused>().Should().ContainSingle();
        pool.All.OfType<PoolAction.LookAtQueues>().Should().ContainSingle();
        pool.Wait(3);
        pool.All.OfType<PoolAction.LookAtQueues>().Count().Should().BeInRange(3, 5);

        foreach (int slot in pool.Serving.ToArray())
        {
            pool.Feed(new ManagerEvent.LastServed(slot), new ManagerEvent.Ended(slot, 0, null, "exit code 0"));
        }

        pool.AllReady();
        int looks = pool.All.OfType<PoolAction.LookAtQueues>().Count();
        pool.Wait(60);
        pool.All.OfType<PoolAction.LookAtQueues>().Should().HaveCount(looks, "the pool sleeps");
    }

    [Fact]
    public void They_are_looked_at_below_the_maximum_when_connections_come_faster_than_workers()
    {
        Pool pool = PerRequestPool();
        pool.Feed(new ManagerEvent.ConnectionWaits(7));
        pool.All.OfType<PoolAction.LookAtQueues>().Should().ContainSingle();
        pool.Feed(new ManagerEvent.ConnectionWaits(7));
        pool.All.OfType<PoolAction.LookAtQueues>().Should().ContainSingle("once a second is enough");
    }

    [Fact]
    public void A_full_queue_is_told_once_a_minute_for_each_listener()
    {
        Pool pool = PerRequestPool();
        pool.Feed(new ManagerEvent.QueuesLooked([new("http", 1023, 1024)]));
        pool.All.OfType<PoolAction.SayQueueFull>().Should().BeEmpty();
        pool.Feed(new ManagerEvent.QueuesLooked([Full]));
        pool.Said<PoolAction.SayQueueFull>().Should().Equal(new PoolAction.SayQueueFull(Full));
        ListenerQueue other = new("admin", 6, 5);
        pool.Feed(new ManagerEvent.QueuesLooked([Full, other]));
        pool.Said<PoolAction.SayQueueFull>().Should().Equal(new PoolAction.SayQueueFull(other));
        pool.Wait(61);
        pool.Feed(new ManagerEvent.QueuesLooked([Full]));
        pool.Said<PoolAction.SayQueueFull>().Should().Equal(new PoolAction.SayQueueFull(Full));
    }

    [Fact]
    public void A_pool_of_a_fixed_size_does_not_look()
    {
        Pool pool = Pool.Running(2);
        pool.Queue = static () => 3;
        pool.Sees = static worker => new WorkerSample(worker.Slot) { Busy = true };
        pool.ConnectionWaits();
        pool.Wait(2);
        pool.All.OfType<PoolAction.LookAtQueues>().Should().BeEmpty();
    }

    private static Pool PerRequestPool() => Pool.Running(
        2, static p => p with { StandbyCount = 1, Processors = 4, Demand = new DemandPolicy { Sizing = PoolSizing.PerRequest, First = 0, Most = 2, IdleTimeout = TimeSpan.FromSeconds(10) } });

    private ManagerEvent.Arrived Arrives() => new(new HandedConnection(++_connections, "http"));
}
