using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class PoolReady
{
    [Fact]
    public void It_is_announced_when_all_wanted_workers_serve()
    {
        var pool = new Pool(3);
        pool.Begin();

        pool.Ready(1);
        pool.Ready(0);
        pool.Said<PoolAction.SayPoolReady>().Should().BeEmpty();
        pool.Ready(2);

        pool.Said<PoolAction.SayPoolReady>().Should().Equal(new PoolAction.SayPoolReady(3));
    }

    [Fact]
    public void It_is_announced_once_whatever_comes_later()
    {
        var pool = new Pool(2);
        pool.Begin();
        pool.AllReady();
        pool.Scale(1);
        pool.Calm();
        pool.Reload();
        pool.Calm();
        pool.Crashes(pool.Serving.First());
        pool.Calm();

        pool.All.OfType<PoolAction.SayPoolReady>().Should().ContainSingle();
    }

    [Fact]
    public void Fewer_wanted_may_make_it_complete()
    {
        var pool = new Pool(3);
        pool.Begin();
        pool.Ready(0);
        pool.Ready(1);

        pool.Scale(-1);

        pool.Said<PoolAction.SayPoolReady>().Should().Equal(new PoolAction.SayPoolReady(2));
    }
}
