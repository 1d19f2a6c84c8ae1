using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class WatchdogFinds
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Never = TimeSpan.FromHours(5);

    private Func<int, Pool, WorkerSample> _sees = static (slot, _) => Seen.Idle(slot);

    [Theory]
    [Trait("Row", "B2")]
    [InlineData(0.001)]
    [InlineData(3)]
    [InlineData(9.999)]
    public void A_request_without_a_clock_is_found_never_early_and_late_by_a_look_at_most(double afterALook)
    {
        Pool pool = Running();
        pool.ToNextWake();
        pool.Wait(afterALook);
        TimeSpan began = pool.Now;
        _sees = static (slot, _) => Seen.In(slot, 7);

        TimeSpan found = Finds(pool);

        (found - began).Should().BeGreaterThanOrEqualTo(Limit).And.BeLessThanOrEqualTo(Limit * 1.1);
        pool.Said<PoolAction.SayHung>().Should().ContainSingle().Which.Request.Should().Be(Seen.Key(7));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void A_request_that_tells_when_it_began_is_found_on_time_also_between_two_looks(double afterALook)
    {
        Pool pool = Running();
        pool.ToNextWake();
        pool.Wait(afterALook);
        TimeSpan began = pool.Now;
        _sees = (slot, _) => Seen.In(slot, Seen.Scope(1, began));

        (Finds(pool) - began).Should().Be(Limit);
    }

    [Fact]
    [Trait("Row", "B3")]
    public void An_idle_worker_is_never_hung()
    {
        Pool pool = Running();

        pool.Wait(Never);

        pool.All.Should().OnlyContain(static a => a is PoolAction.Look);
    }

    [Fact]
    public void Requests_one_after_the_other_are_none_that_takes_long()
    {
        Pool pool = Running();
        _sees = static (slot, pool) => Seen.In(slot, 1 + (2 * ((ulong)pool.Now.TotalSeconds / 100)));

        pool.Wait(Never);

        pool.All.Should().NotContain(static a => a is PoolAction.SayHung);
    }

    [Fact]
    public void Of_several_requests_the_oldest_counts()
    {
        Pool pool = Running();
        TimeSpan now = pool.Now;
        _sees = (slot, _) => Seen.In(slot, Seen.Scope(9, now), Seen.Scope(4, now - TimeSpan.FromSeconds(60)));

        Finds(pool).Should().Be(now + TimeSpan.FromSeconds(60));

        pool.Said<PoolAction.SayHung>().Should().ContainSingle().Which.Request.Should().Be(new RequestKey(4, true));
    }

    [Fact]
    [Trait("Row", "D6")]
    public void A_long_request_has_the_longer_limit()
    {
        Pool pool = Running(static o => o.LongRequestTimeout = TimeSpan.FromSeconds(600));
        TimeSpan began = pool.Now;
        _sees = (slot, _) => Seen.In(slot, Seen.Scope(1, began, isLong: true));

        (Finds(pool) - began).Should().Be(TimeSpan.FromSeconds(600));
    }

    [Fact]
    public void A_long_request_has_no_limit_when_none_is_given()
    {
        Pool pool = Running();
        _sees = static (slot, _) => Seen.In(slot, 1, isLong: true);

        pool.Wait(Never);

        pool.All.Should().NotContain(static a => a is PoolAction.SayHung);
    }

    [Fact]
    public void A_limit_of_its_own_counts_instead_of_that_of_the_pool()
    {
        Pool pool = Running();
        TimeSpan due = pool.Now + TimeSpan.FromSeconds(33);
        _sees = (slot, _) => Seen.In(slot, 1, due: due);

        Finds(pool).Should().Be(due);
    }

    [Fact]
    public void A_request_that_is_extended_again_and_again_is_not_found()
    {
        Pool pool = Running();
        _sees = static (slot, pool) => Seen.In(slot, 1, due: pool.Now + TimeSpan.FromSeconds(20));

        pool.Wait(Never);

        pool.All.Should().NotContain(static a => a is PoolAction.SayHung);
    }

    [Fact]
    public void Time_in_which_the_manager_slept_counts_for_no_request_without_a_clock()
    {
        Pool pool = Running();
        _sees = static (slot, _) => Seen.In(slot, 7);
        pool.Wait(60);
        TimeSpan left = Limit - (pool.Now - pool.Worker(0).Hang!.SeenAt);

        pool.Sleeps(TimeSpan.FromHours(8));
        pool.Said<PoolAction.SayHung>().Should().BeEmpty();
        TimeSpan awake = pool.Now;

        (Finds(pool) - awake).Should().Be(left);
    }

    [Fact]
    public void Time_in_which_the_manager_slept_counts_for_no_request_with_a_clock_either()
    {
        Pool pool = Running();
        TimeSpan began = pool.Now;
        _sees = (slot, _) => Seen.In(slot, Seen.Scope(1, began));

        pool.Wait(60);
        pool.Sleeps(TimeSpan.FromHours(8));
        pool.Wait(30);
        pool.Sleeps(TimeSpan.FromHours(1));
        TimeSpan awake = pool.Now;

        (Finds(pool) - awake).Should().Be(TimeSpan.FromSeconds(30));
        pool.Said<PoolAction.SayHung>().Single().Age.Should().Be(Limit);
    }

    [Theory]
    [InlineData(-60, 40)]
    [InlineData(0, 100)]
    public void A_limit_of_its_own_is_put_off_by_a_sleep_that_came_after_it_was_given(double given, double left)
    {
        Pool pool = Running();
        TimeSpan begin = pool.Now + TimeSpan.FromSeconds(given);
        RequestSeen request = Seen.Scope(1, begin, due: begin + TimeSpan.FromSeconds(100)) with { Given = begin };
        _sees = (slot, _) => Seen.In(slot, request);

        pool.Sleeps(TimeSpan.FromHours(8));
        TimeSpan awake = pool.Now;

        (Finds(pool) - awake).Should().Be(TimeSpan.FromSeconds(left));
    }

    [Fact]
    public void A_limit_that_was_given_after_the_sleep_is_not_put_off_by_it()
    {
        Pool pool = Running();
        TimeSpan begin = pool.Now;
        pool.Sleeps(TimeSpan.FromHours(8));
        TimeSpan given = pool.Now;
        _sees = (slot, _) => Seen.In(slot, Seen.Scope(1, begin, due: given + TimeSpan.FromSeconds(33)) with { Given = given });

        (Finds(pool) - given).Should().Be(TimeSpan.FromSeconds(33));
    }

    [Fact]
    public void A_request_of_which_a_look_could_not_be_read_is_found_at_the_next()
    {
        Pool pool = Running();
        TimeSpan began = pool.Now;
        _sees = (slot, p) => p.Now - began >= Limit && p.Now - began < Limit + TimeSpan.FromMilliseconds(1) ? Seen.Unknown(slot) : Seen.In(slot, Seen.Scope(1, began));

        (Finds(pool) - began).Should().BeGreaterThan(Limit).And.BeLessThanOrEqualTo(Limit * 1.1);
    }

    [Theory]
    [InlineData('S', 'S', 10, HangKind.Blocked)]
    [InlineData('S', 'R', 10, HangKind.Blocked)]
    [InlineData('S', 'S', 40, HangKind.Spinning)]
    [InlineData('R', 'R', 5, HangKind.Spinning)]
    [InlineData('R', 'R', 2, HangKind.Blocked)]
    [InlineData('D', 'D', 0, HangKind.Uninterruptible)]
    [InlineData('S', 'D', 0, HangKind.Blocked)]
    [InlineData('R', 'T', 40, HangKind.Stopped)]
    public void What_it_was_half_way_and_what_it_is_now_say_how_it_hangs(char before, char now, double cpu, HangKind kind)
    {
        Pool pool = Running();
        _sees = static (slot, _) => Seen.In(slot, 7);
        TimeSpan half = pool.Now + (Limit / 2) + TimeSpan.FromSeconds(11);
        pool.Examines = _ => pool.Now < half ? (before, TimeSpan.Zero) : (now, TimeSpan.FromSeconds(cpu));

        Finds(pool);

        pool.Said<PoolAction.SayHung>().Should().ContainSingle().Which.Kind.Should().Be(kind);
    }

    [Fact]
    public void What_another_request_showed_half_way_says_nothing_of_this_one()
    {
        Pool pool = Running();
        _sees = static (slot, _) => Seen.In(slot, 7);
        pool.Wait(100);
        _sees = static (slot, _) => Seen.Idle(slot);
        pool.Wait(1000);
        pool.Examines = static _ => ('R', TimeSpan.FromSeconds(5));
        TimeSpan due = pool.Now;
        _sees = (slot, _) => Seen.In(slot, 9, due: due);

        Finds(pool);

        pool.Said<PoolAction.SayHung>().Should().ContainSingle().Which.Kind.Should().Be(HangKind.Spinning, "it runs, and nothing is known from before");
    }

    private static TimeSpan Finds(Pool pool)
    {
        for (int looks = 0; looks < 1000; looks++)
        {
            pool.ToNextWake();
            if (pool.Said<PoolAction.SayHung>().Any())
            {
                return pool.Now;
            }
        }

        throw new InvalidOperationException("Nothing was found.");
    }

    private Pool Running(Action<ProcessManagerOptions>? with = null)
    {
        var options = new ProcessManagerOptions { RequestTimeout = Limit, WatchdogInterval = TimeSpan.FromSeconds(10) };
        with?.Invoke(options);
        Pool pool = Pool.Running(1, p => p with { Watchdog = WatchdogPolicy.From(options) });
        pool.Sees = worker => _sees(worker.Slot, pool);
        return pool;
    }
}
