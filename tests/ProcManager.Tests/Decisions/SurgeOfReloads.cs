using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>Old workers with long requests keep their places while they are leaving.</summary>
public class SurgeOfReloads
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(4, 2)]
    [InlineData(6, 3)]
    public void There_are_never_more_processes_than_the_surge_allows_however_long_the_old_ones_take(int count, int surge)
    {
        Pool pool = Pool.Running(count, p => p with { MaxSurge = surge, DieTimeout = TimeSpan.FromSeconds(30) });
        int most = 0;
        pool.Decided = (_, _, _) => most = Math.Max(most, pool.State.Workers.Length);

        pool.Reload();
        for (int i = 0; i < 400 && pool.State.Reload is not null; i++)
        {
            pool.AllReady();
            pool.Wait(1);
            foreach (int slot in pool.State.Workers.Where(static w => w.Phase == WorkerPhase.Killed).Select(static w => w.Slot).ToArray())
            {
                pool.EndsBy(slot, UnixSignal.Kill);
            }
        }

        pool.All.OfType<PoolAction.SayReloadFinished>().Should().ContainSingle(static f => f.Outcome == ReloadOutcome.Succeeded);
        most.Should().Be(count + surge);
    }

    [Fact]
    public void A_reload_that_waits_says_so_once()
    {
        Pool pool = Pool.Running(3, static p => p with { DieTimeout = null });
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Leaving.Should().Equal(0);

        pool.Wait(4.9);
        pool.Said<PoolAction.SayReloadWaits>().Should().BeEmpty();
        pool.Wait(TimeSpan.FromDays(1));

        pool.Said<PoolAction.SayReloadWaits>().Should().Equal(new PoolAction.SayReloadWaits(1, null));
        pool.State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_place_that_a_crash_left_empty_is_filled_at_once_beside_those_that_are_leaving()
    {
        Pool pool = Pool.Running(4);
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Leaving.Should().Equal(0);

        pool.ServedAndCrashes(1);

        pool.Started.Should().ContainSingle();
    }

    [Fact]
    public void Workers_without_a_request_are_replaced_first_and_one_with_a_long_request_last()
    {
        Pool pool = Pool.Running(3);
        pool.Sees = static worker => worker is { Slot: 0, Generation: 1 } ? Seen.Busy(0) : Seen.Idle(worker.Slot);
        pool.Reload();
        pool.AllReady();
        pool.Wait(1);
        pool.Leaving.Should().Equal(1);

        pool.Exits(1);
        pool.AllReady();
        pool.Leaving.Should().Equal(2);

        pool.Exits(2);
        pool.AllReady();
        pool.Leaving.Should().Equal(0);
    }

    [Fact]
    public void A_worker_whose_request_has_ended_since_is_chosen_by_its_age_again()
    {
        Pool pool = Pool.Running(3);
        bool busy = true;
        pool.Sees = worker => busy && worker is { Slot: 0, Generation: 1 } ? Seen.Busy(0) : Seen.Idle(worker.Slot);
        pool.Reload();
        pool.AllReady();
        busy = false;
        pool.Wait(1);
        pool.Leaving.Should().Equal(1);

        pool.Exits(1);
        pool.AllReady();
        pool.Leaving.Should().Equal(0);
    }
}
