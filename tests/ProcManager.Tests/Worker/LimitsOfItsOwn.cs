using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Tests.Scoreboard;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

public sealed class LimitsOfItsOwn : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Board _board = new();
    private readonly Dispatcher _dispatcher;

    public LimitsOfItsOwn()
    {
        _board.Start(0);
        _dispatcher = new Dispatcher(_board.Open(0), 0);
    }

    private SlotLook Seen => _board.Manager.Look(0);

    [Fact]
    public void A_limit_without_end_is_one_far_away_and_the_request_can_end()
    {
        TimeSpan before = RequestTable.Now;
        _dispatcher.Pre();
        _dispatcher.Extend(TimeSpan.MaxValue);
        Seen.DispatchDue.Should().BeGreaterThan((before + TimeSpan.FromDays(3000)).Ticks).And.BeLessThan(TimeSpan.MaxValue.Ticks / 2);
        _dispatcher.Post();
        _dispatcher.IsIdle.Should().BeTrue();

        RequestScope scope = _dispatcher.Begin(null, null, TimeSpan.MaxValue);
        Seen.Own.Due.Should().BeGreaterThan((before + TimeSpan.FromDays(3000)).Ticks);
        scope.Extend(TimeSpan.MaxValue);
        scope.Dispose();
        _dispatcher.IsIdle.Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_limit_of_its_own_wins_over_MarkLong_whichever_came_first(bool longFirst)
    {
        _dispatcher.Pre();
        if (longFirst)
        {
            _dispatcher.MarkLong();
        }

        _dispatcher.Extend(Minute);
        if (!longFirst)
        {
            _dispatcher.MarkLong();
        }

        Seen.DispatchIsLong.Should().BeTrue();
        TimeSpan.FromTicks(Seen.DispatchDue - Seen.DispatchGiven).Should().Be(Minute);
    }

    [Fact]
    public void When_a_limit_was_given_is_told_with_it()
    {
        TimeSpan before = RequestTable.Now;
        using RequestScope scope = _dispatcher.Begin(null, null);
        Seen.Oldest.Given.Should().Be(0);

        scope.Extend(Minute);

        TimeSpan.FromTicks(Seen.Own.Given).Should().BeGreaterThanOrEqualTo(TimeSpan.FromTicks(Seen.Own.Began)).And.BeLessThan(before + Minute);
        TimeSpan.FromTicks(Seen.Own.Due - Seen.Own.Given).Should().Be(Minute);
    }

    [Fact]
    public void That_nobody_looks_after_it_is_told_once()
    {
        int told = 0;
        _dispatcher.LimitUnwatched = () => told++;
        _dispatcher.Begin(null, null).Dispose();
        told.Should().Be(0);

        using RequestScope scope = _dispatcher.Begin(null, null, Minute);
        scope.Extend(Minute);

        told.Should().Be(1);
    }

    [Fact]
    public void A_soft_time_out_that_comes_too_late_leaves_the_next_request_its_limit()
    {
        _dispatcher.Pre();
        ulong first = _dispatcher.Number;
        _dispatcher.Post();
        _dispatcher.Pre();
        _dispatcher.Extend(Minute);

        _dispatcher.Extend(first, TimeSpan.FromHours(1));

        TimeSpan.FromTicks(Seen.DispatchDue - Seen.DispatchGiven).Should().Be(Minute);
    }

    /// <summary>The thread of the soft timeout has just seen that the request is under way, when that ends and the next one is given a limit.</summary>
    [Fact]
    public async Task A_soft_time_out_of_the_request_before_does_not_take_the_limit_of_the_next()
    {
        using var seen = new ManualResetEventSlim();
        var given = new TaskCompletionSource();
        var request = new Thread(() =>
        {
            seen.Wait();
            _dispatcher.Post();
            _dispatcher.Pre();
            _dispatcher.Extend(Minute);
            given.SetResult();
        })
        { IsBackground = true };
        _dispatcher.LimitUnwatched = () =>
        {
            seen.Set();
            SpinWait.SpinUntil(() => given.Task.IsCompleted || (_dispatcher.Number == 3 && request.ThreadState.HasFlag(ThreadState.WaitSleepJoin)));
        };
        _dispatcher.Pre();
        request.Start();

        await Deadline.OnThread(() =>
        {
            _dispatcher.Extend(1, TimeSpan.FromHours(1));
            return true;
        }).Within();
        await given.Task.Within();

        TimeSpan.FromTicks(Seen.DispatchDue - Seen.DispatchGiven).Should().Be(Minute);
    }

    public void Dispose() => _board.Dispose();
}
