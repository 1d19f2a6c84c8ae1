using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

[Trait("Row", "D9")]
public class AdoptedChildren
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void One_is_watched_once_and_its_end_says_nothing()
    {
        Pool pool = Running();

        Adopt(pool, 77);
        pool.Last.Should().Equal(new PoolAction.WatchAdopted(77, true));
        Adopt(pool, 77);
        pool.Last.Should().BeEmpty();
        End(pool, 77);

        pool.Last.Should().BeEmpty();
        pool.State.Adopted.Should().BeEmpty();
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_stop_tells_them_and_waits_for_them()
    {
        Pool pool = Running();
        Adopt(pool, 77);
        Adopt(pool, 78);

        pool.Stop();
        pool.Said<PoolAction.SignalAdopted>().Should().Equal(new PoolAction.SignalAdopted(77, UnixSignal.Term), new PoolAction.SignalAdopted(78, UnixSignal.Term));
        pool.Obey();
        pool.State.Phase.Should().Be(PoolPhase.Stopping);
        End(pool, 78);
        pool.State.Phase.Should().Be(PoolPhase.Stopping);
        End(pool, 77);

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(0));
    }

    [Fact]
    public void One_that_ended_before_the_stop_is_not_signalled()
    {
        Pool pool = Running();
        Adopt(pool, 77);
        End(pool, 77);

        pool.Stop();

        pool.Said<PoolAction.SignalAdopted>().Should().BeEmpty();
    }

    [Fact]
    public void One_that_does_not_end_is_killed_after_the_die_timeout_again_and_again()
    {
        Pool pool = Running();
        Adopt(pool, 77);
        pool.Stop();
        pool.Obey();

        pool.Wait(19.9);
        pool.Said<PoolAction.SignalAdopted>().Should().BeEmpty();
        pool.Wait(0.1);
        pool.Said<PoolAction.SignalAdopted>().Should().Equal(new PoolAction.SignalAdopted(77, UnixSignal.Kill));
        pool.Wait(5);

        pool.Said<PoolAction.SignalAdopted>().Should().Equal(new PoolAction.SignalAdopted(77, UnixSignal.Kill));
    }

    [Fact]
    public void Without_a_die_timeout_they_are_waited_for_without_end()
    {
        Pool pool = Running(null);
        Adopt(pool, 77);
        pool.Stop();
        pool.Obey();

        pool.State.NextWake.Should().BeNull();
        pool.State.Phase.Should().Be(PoolPhase.Stopping);
    }

    [Fact]
    public void A_second_stop_kills_them_until_they_are_gone()
    {
        Pool pool = Running(null);
        Adopt(pool, 77);
        pool.Stop();
        pool.Obey();

        pool.Stop();
        pool.Said<PoolAction.SignalAdopted>().Should().Equal(new PoolAction.SignalAdopted(77, UnixSignal.Kill));
        pool.Wait(5);

        pool.Said<PoolAction.SignalAdopted>().Should().Equal(new PoolAction.SignalAdopted(77, UnixSignal.Kill));
    }

    [Theory]
    [InlineData(1, UnixSignal.Term)]
    [InlineData(2, UnixSignal.Kill)]
    public void One_that_is_handed_over_in_a_stop_gets_what_the_others_got(int stops, int signal)
    {
        Pool pool = Running();
        for (int i = 0; i < stops; i++)
        {
            pool.Stop();
        }

        Adopt(pool, 77);

        pool.Last.Should().Equal(new PoolAction.WatchAdopted(77, true), new PoolAction.SignalAdopted(77, signal));
        pool.State.NextWake.Should().NotBeNull();
    }

    [Fact]
    public void A_manager_that_slept_kills_none_for_the_time_it_was_away()
    {
        Pool pool = Running();
        Adopt(pool, 77);
        pool.Stop();
        pool.Obey();
        pool.Wait(5);

        pool.Sleeps(TimeSpan.FromHours(8));
        pool.Said<PoolAction.SignalAdopted>().Should().BeEmpty();
        pool.Wait(15);

        pool.Said<PoolAction.SignalAdopted>().Should().ContainSingle();
    }

    private static void Adopt(Pool pool, int processId) => pool.Feed(new ManagerEvent.Adopted(processId, true));

    private static void End(Pool pool, int processId) => pool.Feed(new ManagerEvent.AdoptedEnded(processId));

    private static Pool Running() => Running(Limit);

    private static Pool Running(TimeSpan? dieTimeout) => Pool.Running(1, p => p with { DieTimeout = dieTimeout });
}
