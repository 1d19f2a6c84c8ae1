using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

[Trait("Row", "D8")]
public class Rogues
{
    private TimeSpan _cpu;
    private ulong _request = 1;

    [Fact]
    public void One_that_burns_gets_INT_TERM_KILL_and_is_written_off_one_step_a_look()
    {
        Pool pool = Running();
        Looks(pool, burns: 10, looks: 2);
        pool.All.Should().NotContain(static a => a is PoolAction.SayRogue, "20 s are not over 20 s");

        Looks(pool, burns: 10, looks: 1);
        pool.Said<PoolAction.TellToLeave>().Should().Equal(new PoolAction.TellToLeave(0, WorkerExitCause.CpuLimit, UnixSignal.Int));
        Looks(pool, burns: 10, looks: 1);
        pool.Said<PoolAction.SendSignal>().Should().Equal(new PoolAction.SendSignal(0, UnixSignal.Term));
        Looks(pool, burns: 10, looks: 1);
        pool.Said<PoolAction.Kill>().Should().ContainSingle().Which.Cause.Should().Be(WorkerExitCause.CpuLimit);
        Looks(pool, burns: 10, looks: 1);

        pool.Said<PoolAction.SayWrittenOff>().Should().Equal(new PoolAction.SayWrittenOff(0));
        pool.All.OfType<PoolAction.SayRogue>().Select(static s => s.Step).Should().Equal("INT", "TERM", "KILL");
        pool.All.Clear();
        Looks(pool, burns: 10, looks: 10);
        pool.All.Where(static a => a is not PoolAction.Look).Should().BeEmpty("nothing is stronger than KILL");
    }

    [Fact]
    public void Without_signals_one_that_burns_is_told_to_leave_and_then_killed()
    {
        Pool pool = Running(RoguePolicy.From(new ProcessManagerOptions { CpuLimit = TimeSpan.FromSeconds(20), NoSignals = true }));
        Looks(pool, burns: 10, looks: 3);
        pool.Said<PoolAction.TellToLeave>().Should().ContainSingle();
        Looks(pool, burns: 10, looks: 1);
        pool.Killed.Should().Equal(0);
        Looks(pool, burns: 10, looks: 1);

        pool.Said<PoolAction.SayWrittenOff>().Should().Equal(new PoolAction.SayWrittenOff(0));
        pool.All.OfType<PoolAction.SayRogue>().Select(static s => s.Step).Should().Equal("the word to leave", "KILL");
        pool.All.OfType<PoolAction.SendSignal>().Should().BeEmpty();
    }

    [Fact]
    public void One_that_calmed_down_is_forgiven_and_the_ladder_begins_again()
    {
        Pool pool = Running();
        Looks(pool, burns: 10, looks: 4);
        pool.All.OfType<PoolAction.SayRogue>().Should().HaveCount(2);

        Looks(pool, burns: 1, looks: 1);
        pool.Said<PoolAction.SayForgiven>().Should().Equal(new PoolAction.SayForgiven(0));
        Looks(pool, burns: 10, looks: 1);

        pool.Said<PoolAction.SayRogue>().Should().ContainSingle().Which.Step.Should().Be("INT");
        pool.Told.Should().BeEmpty("it was told already");
    }

    [Fact]
    public void The_limit_of_a_request_counts_what_that_request_has_used()
    {
        Pool pool = Running();
        for (int i = 0; i < 20; i++)
        {
            Looks(pool, burns: 10, looks: 2);
            _request++;
        }

        pool.All.Should().NotContain(static a => a is PoolAction.SayRogue);
    }

    [Fact]
    public void An_idle_worker_is_over_no_limit_of_a_request()
    {
        Pool pool = Running();
        _request = 0;

        Looks(pool, burns: 10, looks: 20);

        pool.All.Should().NotContain(static a => a is PoolAction.SayRogue);
    }

    [Fact]
    public void The_limit_of_a_life_counts_all_it_has_used()
    {
        Pool pool = Running(new RoguePolicy { LifeLimit = TimeSpan.FromSeconds(60) });
        for (int i = 0; i < 3; i++)
        {
            Looks(pool, burns: 10, looks: 2);
            _request++;
        }

        pool.All.Should().NotContain(static a => a is PoolAction.SayRogue);
        Looks(pool, burns: 10, looks: 1);

        pool.Said<PoolAction.SayRogue>().Should().ContainSingle().Which.InRequest.Should().BeFalse();
    }

    [Fact]
    public void One_over_the_limit_of_its_life_that_is_calm_serves_on()
    {
        Pool pool = Running(new RoguePolicy { LifeLimit = TimeSpan.FromSeconds(60) });

        Looks(pool, burns: 1, looks: 500);

        pool.All.Should().NotContain(static a => a is PoolAction.SayRogue);
    }

    [Fact]
    public void A_manager_that_slept_forgives_nobody_for_it()
    {
        Pool pool = Running();
        Looks(pool, burns: 10, looks: 3);
        pool.Said<PoolAction.SayRogue>().Should().ContainSingle();

        _cpu += TimeSpan.FromSeconds(5);
        pool.Sleeps(TimeSpan.FromHours(1));

        pool.Said<PoolAction.SayForgiven>().Should().BeEmpty();
    }

    [Fact]
    public void A_pool_that_stops_looks_for_none()
    {
        Pool pool = Running();
        Looks(pool, burns: 10, looks: 4);
        _cpu += TimeSpan.FromSeconds(10);
        var sample = new WorkerSample(0) { Cpu = _cpu, Busy = true, Requests = [new RequestSeen(Seen.Key(_request), null, null, false)] };

        pool.Stop();
        pool.Feed(new ManagerEvent.Looked(LookAt.Cpu, [sample]));

        pool.Killed.Should().BeEmpty();
    }

    private void Looks(Pool pool, double burns, int looks)
    {
        for (int i = 0; i < looks; i++)
        {
            _cpu += TimeSpan.FromSeconds(burns);
            pool.Wait(10);
        }
    }

    private Pool Running(RoguePolicy? policy = null)
    {
        var pool = new Pool(1, p => p with { Rogues = policy ?? new RoguePolicy { RequestLimit = TimeSpan.FromSeconds(20) }, DieTimeout = null, StartTimeout = null })
        {
            Sees = worker => worker.Slot != 0 ? Seen.Idle(worker.Slot) : (_request == 0 ? Seen.Busy(0) : Seen.In(0, _request)) with { Cpu = _cpu },
        };
        pool.Begin();
        pool.AllReady();
        pool.Wait(10);
        pool.All.Clear();
        return pool;
    }
}
