using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class GivingUp
{
    [Fact]
    public void A_pool_in_which_no_worker_was_ever_ready_gives_up_with_1()
    {
        var pool = new Pool(2);
        pool.Begin();
        for (int i = 0; i < 10; i++)
        {
            pool.Said<PoolAction.SayGivingUp>().Should().BeEmpty();
            pool.Exits(pool.Starting.First(), 1);
        }

        pool.Said<PoolAction.SayGivingUp>().Should().ContainSingle(static g => g.Failures == 10);
        pool.Obey();

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void One_that_was_ready_once_is_enough_never_to_give_up()
    {
        Pool pool = Pool.Running(1);
        for (int i = 0; i < 1000; i++)
        {
            pool.Crashes(0);
            pool.Wait(30);
        }

        pool.State.Phase.Should().Be(PoolPhase.Running);
        pool.Starting.Should().Equal(0);
    }

    [Fact]
    public void A_program_that_can_not_be_started_is_given_up_at_once()
    {
        var pool = new Pool(3) { Refuses = static () => true };

        pool.Begin();

        pool.Said<PoolAction.SayGivingUp>().Should().ContainSingle(static g => g.Last == "refused" && !g.Ran);
        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void A_program_that_can_not_be_started_any_more_is_tried_again_and_the_others_serve_on()
    {
        Pool pool = Pool.Running(3);
        pool.Refuses = static () => true;

        pool.Crashes(0);
        pool.Said<PoolAction.SayStartRetry>().Should().ContainSingle(static c => c.Delay == TimeSpan.FromSeconds(1) && !c.Passing);
        pool.Wait(3600);
        pool.Serving.Should().Equal(1, 2);
        pool.Refuses = static () => null;
        pool.Calm();

        pool.Serving.Should().Equal(0, 1, 2);
    }

    [Fact]
    public void A_start_refused_for_now_is_tried_again_with_a_growing_delay_and_never_given_up()
    {
        var pool = new Pool(1) { Refuses = static () => false };

        pool.Begin();
        pool.Wait(TimeSpan.FromHours(10));

        pool.All.OfType<PoolAction.SayStartRetry>().Select(static r => r.Delay.TotalSeconds).Take(7).Should().Equal(1, 2, 4, 8, 16, 30, 30);
        pool.State.Phase.Should().Be(PoolPhase.Running);
        pool.Refuses = static () => null;
        pool.Calm();
        pool.Serving.Should().Equal(0);
    }

    [Fact]
    public void A_batch_of_starts_refused_in_one_moment_is_one_refusal()
    {
        var pool = new Pool(8) { Refuses = static () => false };

        pool.Begin();

        pool.Said<PoolAction.SayStartRetry>().Should().ContainSingle().Which.Delay.Should().Be(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void One_failed_worker_after_a_refused_start_is_no_reason_to_give_up()
    {
        var pool = new Pool(1) { Refuses = static () => false };
        pool.Begin();
        pool.Refuses = static () => null;
        pool.Wait(1);

        pool.Exits(0, 1);

        pool.State.Phase.Should().Be(PoolPhase.Running);
        pool.Wait(2);
        pool.Starting.Should().Equal(0);
    }

    [Fact]
    public void As_many_failed_workers_as_the_limit_are_however_long_the_delays_between_them_were()
    {
        var pool = new Pool(1) { Refuses = static () => false };
        pool.Begin();
        pool.Refuses = static () => null;

        for (int i = 0; i < 10; i++)
        {
            pool.ToNextWake();
            pool.Exits(0, 1);
        }

        pool.Said<PoolAction.Finish>().Should().Equal(new PoolAction.Finish(1));
    }

    [Fact]
    public void Told_to_stop_while_it_gives_up_it_kills_nobody_that_is_the_first_call()
    {
        var pool = new Pool(2, static p => p with { CrashLimit = 1 });
        pool.Begin();
        for (int i = 0; i < 4; i++)
        {
            pool.Exits(0, 1);
        }

        pool.Leaving.Should().Equal(1);
        pool.Stop();
        pool.Killed.Should().BeEmpty();
        pool.Stop();

        pool.Killed.Should().Equal(1);
    }
}
