using ProcManager.Worker;

namespace ProcManager.Tests.Scoreboard;

/// <summary>By this number a watchdog outside tells whether a worker is still in the same request.</summary>
public sealed class NumberOfTheWatchedRequest : IDisposable
{
    private readonly Board _board = new();
    private readonly Dispatcher _dispatcher;

    public NumberOfTheWatchedRequest()
    {
        _board.Start(0);
        _dispatcher = new Dispatcher(_board.Open(0), 0);
    }

    private ulong Number => _board.Slot(0).RequestNumber;

    [Fact]
    public void One_after_the_other_each_has_another_and_an_idle_worker_has_none()
    {
        Number.Should().Be(0);
        _dispatcher.Pre();
        ulong first = Number;
        first.Should().NotBe(0);
        Number.Should().Be(first);
        _dispatcher.Post();
        Number.Should().Be(0);
        _dispatcher.Pre();
        Number.Should().NotBe(first).And.NotBe(0);
    }

    [Fact]
    public void Of_many_at_once_it_is_that_of_the_oldest()
    {
        RequestScope one = _dispatcher.Begin(null, null);
        ulong first = Number;
        RequestScope two = _dispatcher.Begin(null, null);
        RequestScope three = _dispatcher.Begin(null, null);
        two.Dispose();
        Number.Should().Be(first, "the oldest is still under way");
        one.Dispose();
        Number.Should().NotBe(first).And.NotBe(0);
        three.Dispose();
        Number.Should().Be(0);
    }

    [Fact]
    public void A_long_request_and_one_with_a_limit_of_its_own_have_none()
    {
        RequestScope one = _dispatcher.Begin(null, null);
        one.MarkLong();
        Number.Should().Be(0);
        RequestScope two = _dispatcher.Begin(null, null);
        Number.Should().NotBe(0);
        two.Extend(TimeSpan.FromHours(1));
        Number.Should().Be(0);
        one.Dispose();
        two.Dispose();

        _dispatcher.Pre();
        _dispatcher.MarkLong();
        Number.Should().Be(0);
    }

    public void Dispose() => _board.Dispose();
}
