using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

public class CanaryOfAReload
{
    private static readonly TimeSpan CanaryTime = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    public void A_canary_sent_away_by_a_stranger_is_no_failure_and_the_next_one_is_the_canary(int signal)
    {
        Pool pool = Reloading(2);
        pool.Ready(2);
        pool.Wait(4);

        pool.EndsBy(2, signal);
        pool.Reloaded.Should().BeEmpty();
        pool.Started.Should().Equal(2);
        pool.Ready(2);
        pool.Wait(4.9);
        pool.Told.Should().BeEmpty("the time of the first does not count for the second");
        pool.Wait(0.1);

        pool.Said<PoolAction.SayCanaryHeld>().Should().ContainSingle();
    }

    [Fact]
    public void A_canary_that_leaves_by_itself_is_followed_by_another_when_it_is_gone()
    {
        Pool pool = Reloading(2);
        pool.Ready(2);

        pool.LeavesByItself(2);
        pool.Started.Should().BeEmpty("it is a process of the pool as long as it is leaving");
        pool.Exits(2);

        pool.Started.Should().Equal(2);
        pool.Ready(2);
        pool.Wait(CanaryTime);
        pool.Said<PoolAction.SayCanaryHeld>().Should().Equal(new PoolAction.SayCanaryHeld(2));
    }

    [Fact]
    public void A_new_worker_that_is_ready_already_takes_the_place_of_a_canary_that_is_gone()
    {
        Pool pool = Reloading(3);
        pool.Ready(3);
        pool.Crashes(0);
        pool.Crashes(1);
        pool.Ready(0); // fills the vacancy, with the new program
        pool.Scale(-1); // so that nobody else is started

        pool.EndsBy(3, 15);
        pool.Started.Should().BeEmpty();
        pool.Wait(CanaryTime);

        pool.Said<PoolAction.SayCanaryHeld>().Should().Equal(new PoolAction.SayCanaryHeld(0));
    }

    [Fact]
    public void A_canary_that_is_one_too_many_proves_nothing()
    {
        Pool pool = Reloading(3);
        pool.Wait(1);
        pool.Crashes(0);
        pool.Crashes(1);
        pool.Ready(0); // younger than 3, and the canary
        pool.Wait(4);
        pool.Ready(3);

        pool.Size(1);
        pool.Told.Should().Contain(0);
        pool.Wait(2);

        pool.Said<PoolAction.SayCanaryHeld>().Should().BeEmpty("the one that stays has not lived for the canary time");
        pool.Wait(4);
        pool.Said<PoolAction.SayCanaryHeld>().Should().Equal(new PoolAction.SayCanaryHeld(3));
    }

    [Fact]
    public void A_canary_that_reaches_its_request_limit_has_proved_itself_like_any_other()
    {
        Pool pool = Reloading(1);
        pool.Ready(1);
        pool.AsksToLeave(1);

        pool.Wait(CanaryTime);
        pool.Told.Should().Equal([0], "the old one first");
        pool.Obey();
        pool.AllReady();

        pool.Told.Should().Equal(1);
    }

    [Fact]
    public void A_canary_that_crashes_after_it_asked_to_leave_fails_the_reload_all_the_same()
    {
        Pool pool = Reloading(1);
        pool.Ready(1);
        pool.AsksToLeave(1);

        pool.Crashes(1);

        pool.Reloaded.Should().Equal(ReloadOutcome.Failed);
    }

    [Fact]
    public void Old_workers_beyond_a_new_smaller_number_leave_so_that_there_is_room_for_the_canary()
    {
        Pool pool = Reloading(4);
        pool.Scale(-1);
        pool.Scale(-1);
        pool.EndsBy(4, 15);
        pool.Obey();

        pool.Starting.Should().ContainSingle("a reload must not wait for ever for a canary that there is no room for");
        pool.Serving.Should().HaveCount(2);
    }

    [Fact]
    public void A_replacement_that_is_about_to_start_makes_room_for_the_canary()
    {
        Pool pool = Pool.Running(2);
        pool.AsksToLeave(0);
        pool.Started.Should().Equal(2);

        pool.Reload();

        pool.Told.Should().Equal([2], "it would be of the old program");
        pool.Exits(2);
        pool.Started.Should().Equal(2);
        pool.Calm();
        pool.State.Reload.Should().BeNull();
    }

    [Fact]
    public void A_canary_time_of_zero_is_over_when_it_is_ready()
    {
        Pool pool = Pool.Running(1, static p => p with { CanaryTime = TimeSpan.Zero });
        pool.Reload();

        pool.Ready(1);

        pool.Told.Should().Equal(0);
    }

    private static Pool Reloading(int count)
    {
        Pool pool = Pool.Running(count, static p => p with { CanaryTime = CanaryTime });
        pool.Reload();
        pool.Started.Should().Equal(count);
        return pool;
    }
}
