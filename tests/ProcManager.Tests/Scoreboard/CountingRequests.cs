using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Scoreboard;

public sealed class CountingRequests : IDisposable
{
    private readonly Board _board = new();

    [Fact]
    public void Each_Pre_and_Post_is_one_request()
    {
        _board.Start(0);
        var dispatcher = new Dispatcher(_board.Open(0), 0);
        Serve(dispatcher, 5);
        dispatcher.Pre();

        _board.Slot(0).Should().BeEquivalentTo(new { Requests = 5L, Active = 1 });
    }

    [Fact]
    public void A_concurrent_request_counts_when_it_has_ended()
    {
        _board.Start(0);
        var dispatcher = new Dispatcher(_board.Open(0), 0);
        RequestScope one = dispatcher.Begin(null, null);
        dispatcher.Begin(null, null).Dispose();
        dispatcher.Begin(null, null).Dispose();

        _board.Slot(0).Requests.Should().Be(2);
        one.Dispose();
        one.Dispose();
        _board.Slot(0).Requests.Should().Be(3, "a second Dispose does nothing");
    }

    [Fact]
    public void Both_kinds_add_up()
    {
        _board.Start(0);
        var dispatcher = new Dispatcher(_board.Open(0), 0);
        Serve(dispatcher, 2);
        dispatcher.Begin(null, null).Dispose();

        _board.Manager.Requests(0).Should().Be(3);
    }

    [Fact]
    public void The_pool_keeps_the_requests_of_ended_workers()
    {
        _board.Start(0);
        Serve(new Dispatcher(_board.Open(0), 0), 5);
        _board.Start(1);
        Serve(new Dispatcher(_board.Open(1), 0), 3);

        _board.End(0);
        _board.Snapshot().Requests.Should().Be(8);
        _board.Start(0);
        Serve(new Dispatcher(_board.Open(0), 0), 1);
        _board.Snapshot().Requests.Should().Be(9);
    }

    [Fact]
    public void Starts_ends_and_crashes_are_counted()
    {
        _board.Start(0);
        _board.Start(1);
        _board.End(0, crash: true);
        _board.End(1);

        _board.Snapshot().Should().BeEquivalentTo(new { Starts = 2L, Ends = 2L, Crashes = 1L });
    }

    [Fact]
    public async Task A_reader_never_sees_a_workers_number_go_back()
    {
        _board.Start(0);
        var dispatcher = new Dispatcher(_board.Open(0), 0);
        await NeverGoesBack(() => _board.Manager.Requests(0), () =>
        {
            for (int i = 0; i < 300_000; i++)
            {
                RequestScope one = dispatcher.Begin(null, null);
                RequestScope two = dispatcher.Begin(null, null);
                one.Dispose();
                two.Dispose();
            }
        });
    }

    [Fact]
    public async Task A_reader_never_sees_the_pools_number_go_back_while_workers_end()
    {
        WorkerBoard worker = _board.Open(0);
        await NeverGoesBack(() => _board.Snapshot().Requests, () =>
        {
            for (int i = 0; i < 300_000; i++)
            {
                _board.Start(0);
                worker.Begin();
                Serve(new Dispatcher(worker, 0), 3);
                _board.End(0);
            }
        });
    }

    private static async Task NeverGoesBack(Func<long> read, Action write)
    {
        Task writing = Task.Run(write);
        long last = 0;
        bool wentBack = false;
        while (!writing.IsCompleted && !wentBack)
        {
            long now = read();
            wentBack = now < last;
            last = now;
        }

        await writing.Within();
        wentBack.Should().BeFalse();
    }

    private static void Serve(Dispatcher dispatcher, int requests)
    {
        for (int i = 0; i < requests; i++)
        {
            dispatcher.Pre();
            dispatcher.Post();
        }
    }

    public void Dispose() => _board.Dispose();
}
