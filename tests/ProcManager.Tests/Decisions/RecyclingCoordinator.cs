using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class RecyclingCoordinator
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    [Fact]
    [Trait("Row", "C2")]
    public void One_is_replaced_after_the_other_with_a_pause_between_them()
    {
        Pool pool = Running(4);

        AllAsk(pool);
        pool.Started.Should().HaveCount(1);
        pool.AllReady();
        pool.Told.Should().Equal(0);
        pool.Obey();
        pool.Wait(9.9);
        pool.Started.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Started.Should().HaveCount(1);
        pool.AllReady();
        pool.Told.Should().Equal(1);
    }

    [Fact]
    public void Each_is_said_once_and_serves_on()
    {
        Pool pool = Running(4);

        AllAsk(pool);
        AllAsk(pool);

        pool.All.OfType<PoolAction.SayLimitReached>().Select(static s => s.Slot).Should().Equal(0, 1, 2, 3);
        pool.Serving.Should().HaveCount(4);
    }

    [Fact]
    public void The_one_that_is_most_over_its_limit_comes_first()
    {
        Pool pool = Running(3, static p => p with { Memory = new MemoryPolicy { WorkerLimit = 100, Samples = 1, Interval = TimeSpan.FromSeconds(1) } });
        pool.Sees = static worker => new WorkerSample(worker.Slot) { Memory = worker.Slot switch { 1 => 101, 2 => 300, _ => 50 } };
        pool.Wait(2);
        pool.All.OfType<PoolAction.SayLimitReached>().Should().Contain(new PoolAction.SayLimitReached(2, new LeaveReason(WorkerExitCause.MemoryLimit) { Bytes = 300, ByteLimit = 100 }));

        pool.AllReady();

        pool.Told.Should().Equal(2);
    }

    [Fact]
    public void One_that_was_quick_to_reach_its_limit_does_not_overtake_those_that_wait()
    {
        Pool pool = Running(3);
        pool.Wait(100);
        AllAsk(pool);
        pool.AllReady();
        pool.Obey();
        pool.Wait(1);
        pool.AsksToLeave(3);

        pool.Wait(9);
        pool.AllReady();

        pool.Told.Should().Equal(1);
    }

    [Fact]
    public void As_many_as_may_be_away_leave_without_their_replacements()
    {
        Pool pool = Running(5, static p => p with { Recycling = p.Recycling with { MaxUnavailable = 2, Interval = TimeSpan.Zero } });

        AllAsk(pool);
        pool.Told.Should().Equal(0, 1);
        pool.Started.Should().ContainSingle("with the two that are leaving there is one process more than wanted, which is the surge");
        pool.Wait(5);
        pool.Told.Should().BeEmpty();
        pool.Exits(0);
        pool.Started.Should().ContainSingle();
        pool.Ready(pool.Starting.First());

        pool.Told.Should().Equal(2);
    }

    [Fact]
    public void As_many_as_may_be_away_include_those_that_are_missing_already()
    {
        Pool pool = Running(4, static p => p with { Recycling = p.Recycling with { MaxUnavailable = 1, Interval = TimeSpan.Zero } });
        pool.Crashes(3);

        pool.AsksToLeave(0);

        pool.Told.Should().BeEmpty();
    }

    [Fact]
    public void Whoever_has_waited_for_the_ceiling_leaves_without_a_replacement()
    {
        Pool pool = Running(2, static p => p with { Recycling = p.Recycling with { Ceiling = TimeSpan.FromSeconds(60) } });
        pool.AsksToLeave(0);

        pool.Wait(59.9);
        pool.Told.Should().BeEmpty();
        pool.Wait(0.1);

        pool.Said<PoolAction.SayCeiling>().Should().Equal(new PoolAction.SayCeiling(0, new LeaveReason(WorkerExitCause.RequestLimit), TimeSpan.FromSeconds(60)));
        pool.Told.Should().Equal(0);
    }

    [Fact]
    public void Those_over_the_ceiling_do_not_vanish_together()
    {
        Pool pool = Running(8, static p => p with { Recycling = p.Recycling with { Interval = TimeSpan.FromHours(1), Ceiling = TimeSpan.FromSeconds(60) } });
        for (int slot = 0; slot < 8; slot++)
        {
            pool.AsksToLeave(slot);
        }

        pool.Wait(60);
        pool.Told.Should().HaveCount(2, "a quarter may be away");
        for (int gone = 2; gone < 8; gone += 2)
        {
            pool.Obey();
            pool.AllReady();
            pool.Told.Should().HaveCount(2);
        }

        pool.All.OfType<PoolAction.TellToLeave>().Select(static t => t.Slot).Distinct().Should().HaveCount(8);
    }

    [Fact]
    public void In_a_crash_loop_nobody_leaves_for_the_ceiling()
    {
        Pool pool = Running(2, static p => p with { Recycling = p.Recycling with { Ceiling = TimeSpan.FromSeconds(60) } });
        pool.Refuses = static () => false;
        pool.AsksToLeave(0);

        pool.Wait(600);
        pool.Told.Should().BeEmpty();
        pool.Refuses = static () => null;
        pool.Wait(60);
        pool.AllReady();
        pool.Wait(60);

        pool.All.OfType<PoolAction.TellToLeave>().Select(static t => t.Slot).Should().Equal(0);
    }

    [Fact]
    public void Nobody_is_recycled_in_a_reload_and_one_that_asked_is_not_forgotten_by_a_reload_that_fails()
    {
        Pool pool = Running(3);
        pool.Reload();
        pool.AsksToLeave(1);
        pool.Wait(15);
        pool.Started.Should().BeEmpty();

        pool.Crashes(pool.Starting.Single());
        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Started.Should().HaveCount(1);
        pool.AllReady();

        pool.Told.Should().Equal(1);
    }

    [Fact]
    public void One_whose_turn_had_come_before_the_reload_that_fails_is_not_forgotten_either()
    {
        Pool pool = Running(3);
        pool.AsksToLeave(1);
        pool.Reload();

        pool.Crashes(3);
        pool.Reloaded.Should().BeEmpty("it was started for the one that asked, before the reload");
        pool.Crashes(pool.Starting.Single());
        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
        pool.Wait(Pause);
        pool.AllReady();

        pool.Told.Should().Equal(1);
    }

    [Fact]
    public void A_reload_that_succeeds_leaves_nothing_to_be_recycled()
    {
        Pool pool = Running(3);
        AllAsk(pool);
        pool.Reload();

        pool.Calm();

        pool.State.Workers.Should().OnlyContain(static w => w.Generation == 2 && w.AskedFor == null);
        pool.All.OfType<PoolAction.TellToLeave>().Where(static t => t.Cause == WorkerExitCause.RequestLimit).Should().BeEmpty();
    }

    private static void AllAsk(Pool pool) =>
        pool.Feed([.. pool.Serving.Select(static slot => new ManagerEvent.AsksToLeave(slot, WorkerExitCause.RequestLimit))]);

    private static Pool Running(int count, Func<PoolPolicy, PoolPolicy>? with = null) =>
        Pool.Running(count, p => (with ?? (static p => p))(p with { Recycling = p.Recycling with { Interval = Pause } }));
}
