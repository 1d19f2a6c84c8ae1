using ProcManager.Tests.Scoreboard;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>Which requests were told of their soft timeout, and what the manager sees of those that were not.</summary>
public sealed class RequestsNotTold : IDisposable
{
    private readonly Board _board = new();
    private readonly Dispatcher _dispatcher;

    public RequestsNotTold()
    {
        _board.Start(0);
        _dispatcher = new Dispatcher(_board.Open(0), 0);
    }

    private RequestTable Requests => _dispatcher.Requests;

    private TimeSpan Shown => TimeSpan.FromTicks(_board.Manager.Look(0).Untold);

    [Fact]
    public void Each_is_told_once_the_oldest_first_and_the_next_one_is_shown()
    {
        RequestScope[] all = [Begin(), Begin(TimeSpan.FromHours(1)), Begin()];
        Shown.Should().Be(all[0].Began);

        foreach (RequestScope scope in all)
        {
            Shown.Should().Be(scope.Began);
            Requests.NextUntold(scope.Began).Should().BeSameAs(scope);
        }

        Requests.NextUntold(TimeSpan.MaxValue).Should().BeNull();
        Shown.Should().Be(TimeSpan.Zero);
        Shown.Should().Be(TimeSpan.Zero);
        RequestScope next = Begin();
        Shown.Should().Be(next.Began, "the told ones are still under way");
    }

    [Fact]
    public void One_that_is_not_old_enough_is_not_told()
    {
        RequestScope scope = Begin();

        Requests.NextUntold(scope.Began - TimeSpan.FromTicks(1)).Should().BeNull();
        Requests.NextUntold(scope.Began).Should().BeSameAs(scope);
    }

    [Fact]
    public void A_long_one_is_not_told_and_hides_nobody()
    {
        RequestScope one = Begin();
        RequestScope two = Begin();
        one.MarkLong();
        Shown.Should().Be(two.Began);

        two.Extend(TimeSpan.FromHours(1));
        Shown.Should().Be(two.Began, "it is not long");
        Requests.NextUntold(TimeSpan.MaxValue).Should().BeSameAs(two);

        Requests.NextUntold(TimeSpan.MaxValue).Should().BeNull();
    }

    [Fact]
    public void Whoever_ends_hides_nobody()
    {
        RequestScope one = Begin();
        RequestScope two = Begin();
        RequestScope three = Begin();
        Requests.NextUntold(one.Began).Should().BeSameAs(one);

        two.Dispose();
        Shown.Should().Be(three.Began);
        three.Dispose();
        Shown.Should().Be(TimeSpan.Zero);
        one.Dispose();
        RequestScope four = Begin();

        Shown.Should().Be(four.Began);
    }

    public void Dispose() => _board.Dispose();

    // The clock has moved on between two.
    private RequestScope Begin(TimeSpan? timeout = null)
    {
        TimeSpan now = RequestTable.Now;
        while (RequestTable.Now == now)
        {
            Thread.SpinWait(1);
        }

        return _dispatcher.Begin(null, null, timeout);
    }
}
