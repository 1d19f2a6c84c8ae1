using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class StopWins
{
    private static readonly Dictionary<string, Func<Pool>> Moments = new()
    {
        ["idle"] = static () => Pool.Running(3),
        ["before the first start"] = static () => new Pool(3),
        ["starting"] = static () => After(new Pool(3), static p => p.Begin()),
        ["between two starts"] = static () => After(new Pool(3, static p => p with { StartDelay = TimeSpan.FromSeconds(1) }), static p => p.Begin()),
        ["scaling down"] = static () => After(Pool.Running(3), static p => p.Scale(-2)),
        ["canary starting"] = static () => After(Pool.Running(3), static p => p.Reload()),
        ["canary ready"] = static () => After(Pool.Running(3), static p => p.Reload(), static p => p.AllReady()),
        ["rolling"] = static () => After(Pool.Running(3), static p => p.Reload(), static p => p.AllReady(), static p => p.Wait(1)),
        ["reload queued"] = static () => After(Pool.Running(3), static p => p.Reload(), static p => p.Reload()),
        ["all at once"] = static () => After(Pool.Running(3, static p => p with { ReloadStrategy = ReloadStrategy.AllAtOnce }), static p => p.Reload()),
        ["crash loop"] = static () => After(Pool.Running(1, static p => p with { CrashLimit = 1 }), static p => p.Crashes(0), static p => p.Crashes(0), static p => p.Crashes(0)),
        ["launch refused"] = static () => After(new Pool(3) { Refuses = static () => false }, static p => p.Begin()),
        ["replacing one"] = static () => After(Pool.Running(3), static p => p.AsksToLeave(0)),
    };

    public static TheoryData<string> All => [.. Moments.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void Whatever_goes_on_everybody_is_told_once_nobody_is_started_and_the_end_is_0(string moment)
    {
        Pool pool = Moments[moment]();
        int[] live = [.. pool.State.Workers.Where(static w => w.IsLive).Select(static w => w.Slot)];

        pool.Stop();
        pool.Told.Should().Equal(live);
        pool.State.Reload.Should().BeNull();
        pool.Feed(new ManagerEvent.ReloadRequested(), new ManagerEvent.ScaleRequested(1), new ManagerEvent.StopRequested());
        pool.Told.Should().BeEmpty();
        pool.Obey();
        pool.Wait(3600);

        pool.All[pool.All.FindIndex(static a => a is PoolAction.SayStopping)..].Should().NotContain(static a => a is PoolAction.Launch);
        pool.All.OfType<PoolAction.Finish>().Should().ContainSingle();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Told_once_and_obeyed_the_exit_code_is_0(string moment)
    {
        Pool pool = Moments[moment]();

        pool.Stop();
        pool.Obey();

        pool.All.OfType<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
    }

    [Fact]
    public void A_start_that_is_refused_after_the_stop_was_heard_is_the_end_of_that_worker()
    {
        var pool = new Pool(1) { Refuses = static () => false };

        pool.Feed(new ManagerEvent.Tick(), new ManagerEvent.StopRequested());

        pool.All.OfType<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
    }

    [Fact]
    public void A_reload_under_way_is_told_failed_because_of_the_stop()
    {
        Pool pool = Pool.Running(2);
        pool.Reload();

        pool.Stop();

        pool.Reloaded.Should().Equal(ReloadOutcome.Abandoned);
    }

    private static Pool After(Pool pool, params Action<Pool>[] steps)
    {
        Array.ForEach(steps, step => step(pool));
        return pool;
    }
}
