using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

public class SizingDecisions
{
    [Fact]
    public void All_missing_workers_are_started_a_batch_a_turn()
    {
        var pool = new Pool(Pool.Policy(20));
        pool.Begin();
        pool.Launches.Should().Be(8);
        pool.Pass(0.001);
        pool.Launches.Should().Be(20);
        pool.State.Workers.Should().HaveCount(20);
        pool.Slots.Should().Equal(Enumerable.Range(0, 20));
    }

    [Fact]
    public void The_start_delay_lies_between_two_starts()
    {
        var pool = new Pool(Pool.Policy(3) with { StartDelay = TimeSpan.FromSeconds(2) });
        pool.Begin();
        pool.Launches.Should().Be(1);
        pool.Pass(1.9);
        pool.Launches.Should().Be(1);
        pool.Pass(0.2);
        pool.Launches.Should().Be(2);
        pool.Pass(2);
        pool.Launches.Should().Be(3);
    }

    [Fact]
    public void A_healthy_idle_pool_has_no_deadline()
    {
        Pool.Ready(Pool.Policy()).State.NextWake.Should().BeNull();
    }

    [Fact]
    public void A_worker_that_ended_is_replaced_at_once_in_the_lowest_free_slot()
    {
        Pool pool = Pool.Ready(Pool.Policy(3));
        pool.Ends(1, code: 3);
        pool.Actions.OfType<PoolAction.Launch>().Should().ContainSingle().Which.Slot.Should().Be(1);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(-1, 1)]
    [InlineData(-5, 1)]
    [InlineData(100_000, 2048)]
    public void The_wanted_number_moves_within_its_limits(int delta, int expected)
    {
        Pool pool = Pool.Ready(Pool.Policy());
        pool.Happens(new ManagerEvent.ScaleRequested(delta));
        pool.State.Target.Should().Be(expected);
    }

    [Fact]
    public void Of_a_surplus_those_still_starting_go_first_then_the_youngest()
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.Pass(1);
        pool.Happens(new ManagerEvent.SizeRequested(4));
        pool.Ready(2);
        pool.Forget();
        pool.Happens(new ManagerEvent.SizeRequested(2));
        pool.Told(WorkerExitCause.ScaledDown).Should().Equal(3, 2);
    }

    [Fact]
    public void A_changed_number_survives_a_reload()
    {
        Pool pool = Pool.Ready(Pool.Policy(2));
        pool.Happens(new ManagerEvent.ScaleRequested(1));
        pool.AllReady();
        pool.Hup();
        for (int i = 0; i < 20; i++)
        {
            pool.AllReady();
            pool.Pass(2);
            foreach (int slot in pool.State.Workers.Where(static w => !w.IsLive).Select(static w => w.Slot).ToArray())
            {
                pool.Ends(slot);
            }
        }

        pool.Said<PoolAction.SayReloadFinished>().Outcome.Should().Be(ReloadOutcome.Succeeded);
        pool.Serving.Should().Be(3);
    }
}
