using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>What the brain decides about a service that is a child of the keeper.</summary>
[Trait("Row", "E2")]
public sealed class ForegroundServices
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    [Fact]
    public void A_service_is_started_at_the_keepers_start_and_is_up_when_it_has_lived_for_a_second()
    {
        Walk walk = new Walk(Walk.Foreground()).Begins();
        walk.Does<ServiceEffect.Launch>().Should().BeTrue();
        walk.Launches().State.Should().Be(ServiceState.Starting);
        walk.Ticks(TimeSpan.FromMilliseconds(999)).State.Should().Be(ServiceState.Starting);
        walk.Ticks(TimeSpan.FromMilliseconds(1)).State.Should().Be(ServiceState.Up);
        walk.Notices.Should().BeEmpty("nothing bad was told before");
        walk.Service.RestartCount.Should().Be(0);
    }

    [Fact]
    public void A_service_that_an_earlier_keeper_has_left_is_up_and_not_started()
    {
        Walk walk = new Walk(Walk.Foreground()).Begins(Walk.Process());
        walk.State.Should().Be(ServiceState.Up);
        walk.Effects.Should().BeEmpty();
    }

    [Fact]
    public void A_death_is_answered_with_a_start_in_the_same_decision_and_the_snapshot_does_not_hold_it_up()
    {
        Walk walk = Walk.OfRunning().Ticks(Long).Ends();
        walk.Effects.Select(static e => e.GetType().Name).Should().Equal("RecordDeath", "Launch", "TakeSnapshot");
        walk.Notices.Should().Equal(new ServiceTelling(ServiceChange.Down, "it exited with code 1"));
        walk.Launches(101).Ticks(Starting.SettleTime).Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.Recovered);
        walk.Service.RestartCount.Should().Be(1);
    }

    [Fact]
    public void Starts_that_fail_are_delayed_by_twice_the_time_before_up_to_the_longest()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.Backoff.Max = TimeSpan.FromSeconds(5);
        Walk walk = new Walk(definition).Begins().Launches().Ends();
        walk.Does<ServiceEffect.Launch>().Should().BeTrue("after the first failure the start is tried at once");
        foreach (int seconds in (int[])[1, 2, 4, 5, 5])
        {
            walk.Launches().Ends().State.Should().Be(ServiceState.BackingOff);
            walk.Service.WakeAt(definition).Should().Be(walk.Now + TimeSpan.FromSeconds(seconds));
            walk.Ticks(TimeSpan.FromSeconds(seconds)).Does<ServiceEffect.Launch>().Should().BeTrue();
        }
    }

    [Fact]
    public void A_service_that_was_up_for_long_enough_begins_without_a_delay_again()
    {
        Walk walk = new Walk(Walk.Foreground()).Begins().Launches().Ends().Launches().Ends().Ticks(TimeSpan.FromSeconds(1)).Launches().Ticks(Starting.SettleTime);
        walk.Ticks(TimeSpan.FromSeconds(60)).Service.Streak.Should().Be(0);
        walk.Ends().Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_failed_start_is_told_once_until_the_service_is_up()
    {
        Walk walk = new Walk(Walk.Foreground()).Begins().Launches().Ends();
        walk.Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.StartFailed);
        walk.Launches().Ends().Notices.Should().BeEmpty();
        walk.Ticks(TimeSpan.FromSeconds(1)).Happens(new ServiceEvent.LaunchFailed(walk.Service.Run, "no such file")).Notices.Should().BeEmpty();
        walk.Service.Reason.Should().Contain("no such file");
        walk.Ticks(TimeSpan.FromSeconds(2)).Launches().Ticks(Starting.SettleTime).Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.Recovered);
    }

    [Fact]
    public void After_the_allowed_restarts_the_service_is_given_up_and_a_resume_tries_again()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.GiveUp = new ServiceGiveUp { Restarts = 2, Within = TimeSpan.FromMinutes(10) };
        Walk walk = Walk.OfRunning(definition);
        for (int i = 0; i < 2; i++)
        {
            walk.Ticks(Long).Ends().Does<ServiceEffect.Launch>().Should().BeTrue();
            walk.Launches().Ticks(Starting.SettleTime);
        }

        walk.Ticks(Long).Ends().State.Should().Be(ServiceState.GivenUp);
        walk.Notices.Select(static n => n.Change).Should().Equal(ServiceChange.Down, ServiceChange.GivenUp);
        walk.Service.WakeAt(definition).Should().BeNull();
        walk.Happens(new ServiceEvent.ResumeRequested()).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void Starts_that_fail_after_a_death_do_not_replace_it()
    {
        Walk walk = Walk.OfRunning().Ends();
        walk.Does<ServiceEffect.RecordDeath>().Should().BeTrue();
        walk.Launches().Ends().Does<ServiceEffect.RecordDeath>().Should().BeFalse();
        walk.Ticks(TimeSpan.FromSeconds(1)).Launches().Ticks(Starting.SettleTime).Ends().Does<ServiceEffect.RecordDeath>().Should().BeTrue("it was up since");
        new Walk(Walk.Foreground()).Begins().Launches().Ends().Does<ServiceEffect.RecordDeath>().Should().BeTrue("there was none before");
    }

    [Fact]
    public void After_a_resume_what_is_bad_is_told_again()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.GiveUp = new ServiceGiveUp { Restarts = 1, Within = TimeSpan.FromMinutes(10) };
        Walk walk = new Walk(definition).Begins().Launches().Ends().Launches().Ends();
        walk.State.Should().Be(ServiceState.GivenUp);
        walk.Happens(new ServiceEvent.ResumeRequested()).Launches().Ends().Notices.Select(static n => n.Change).Should().Equal(ServiceChange.StartFailed, ServiceChange.GivenUp);
        walk.Happens(new ServiceEvent.ResumeRequested()).Launches().Ticks(Starting.SettleTime).Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.Recovered);
    }

    [Fact]
    public void Restarts_of_long_ago_do_not_count()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.GiveUp = new ServiceGiveUp { Restarts = 1, Within = TimeSpan.FromMinutes(1) };
        Walk walk = Walk.OfRunning(definition);
        for (int i = 0; i < 5; i++)
        {
            walk.Ticks(Long).Ends().Launches().Ticks(Starting.SettleTime).State.Should().Be(ServiceState.Up);
        }
    }

    [Fact]
    public void Flapping_is_one_message_until_the_service_is_calm()
    {
        Walk walk = Walk.OfRunning();
        var told = new List<ServiceChange>();
        for (int i = 0; i < 9; i++)
        {
            walk.Ends();
            told.AddRange(walk.Notices.Select(static n => n.Change));
            if (walk.State == ServiceState.BackingOff)
            {
                walk.Ticks(walk.Service.WakeAt(walk.Definition)!.Value - walk.Now);
            }

            walk.Launches().Ticks(Starting.SettleTime);
            told.AddRange(walk.Notices.Select(static n => n.Change));
        }

        told.Should().Equal(
            ServiceChange.Down, ServiceChange.Recovered, ServiceChange.Down, ServiceChange.Recovered, ServiceChange.Down, ServiceChange.Recovered, ServiceChange.Down, ServiceChange.Recovered, ServiceChange.Flapping);
        walk.Ticks(TimeSpan.FromSeconds(59)).Notices.Should().BeEmpty();
        walk.Ticks(TimeSpan.FromSeconds(1)).Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.Recovered);
        walk.Service.IsFlapping.Should().BeFalse();
    }

    [Fact]
    public void A_stop_goes_from_TERM_to_KILL_and_ends_with_the_process()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.StopRequested());
        walk.Does<ServiceEffect.Terminate>().Should().BeTrue();
        walk.Ticks(TimeSpan.FromSeconds(9)).Effects.Should().BeEmpty();
        walk.Ticks(TimeSpan.FromSeconds(1)).Does<ServiceEffect.Kill>().Should().BeTrue();
        walk.Service.IsOver(ServiceKind.Foreground).Should().BeFalse();
        walk.Ends("was ended by SIGKILL").State.Should().Be(ServiceState.Stopped);
        walk.Service.IsOver(ServiceKind.Foreground).Should().BeTrue();
        walk.Notices.Should().BeEmpty();
    }

    [Fact]
    public void The_keepers_end_does_not_wait_for_ever_for_a_process_that_the_kernel_holds()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.StopRequested()).Ticks(TimeSpan.FromSeconds(10)).Ticks(TimeSpan.FromSeconds(10));
        walk.State.Should().Be(ServiceState.Stopped);
        walk.Service.Reason.Should().Contain("KILL");
    }

    [Fact]
    public void A_restart_waits_for_a_process_that_KILL_has_not_ended_so_that_there_are_never_two()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.RestartRequested()).Ticks(TimeSpan.FromSeconds(10)).Ticks(TimeSpan.FromSeconds(10)).Ticks(TimeSpan.FromHours(1));
        walk.State.Should().Be(ServiceState.Stopping);
        walk.Does<ServiceEffect.Launch>().Should().BeFalse();
        walk.Ends("was ended by SIGKILL").Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_stop_command_that_fails_is_followed_by_TERM()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.Stop = new ServiceCommand("stop");
        Walk walk = Walk.OfRunning(definition).Happens(new ServiceEvent.StopRequested());
        walk.Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.RunStopCommand>();
        walk.Happens(new ServiceEvent.StopCommandEnded(IsFailure: true)).Does<ServiceEffect.Terminate>().Should().BeTrue();
        walk.Ends().State.Should().Be(ServiceState.Stopped);
    }

    [Fact]
    public void A_service_that_dies_while_it_is_paused_is_not_started_before_the_resume()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.PauseRequested()).Ends();
        walk.Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.RecordDeath>();
        walk.Ticks(TimeSpan.FromHours(1)).State.Should().Be(ServiceState.Paused);
        walk.Happens(new ServiceEvent.ResumeRequested()).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_service_that_runs_is_up_again_after_a_pause_without_a_start()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.PauseRequested()).Happens(new ServiceEvent.ResumeRequested());
        walk.State.Should().Be(ServiceState.Up);
        walk.Effects.Should().BeEmpty();
    }

    [Fact]
    public void An_operators_restart_is_told_to_nobody_and_takes_no_snapshot()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.RestartRequested());
        walk.Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.Terminate>();
        walk.Ends("was ended by SIGTERM").Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.Launch>();
        walk.Launches().Ticks(Starting.SettleTime).Notices.Should().BeEmpty();
    }

    [Fact]
    public void Failing_checks_stop_the_service_after_its_snapshot_and_start_it()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.Checks.Add(new TcpCheck { Port = 1, Failures = 2 });
        Walk walk = new Walk(definition).Begins().Launches().Ticks(TimeSpan.FromMilliseconds(100)).Looks(true);
        walk.State.Should().Be(ServiceState.Up);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Failing);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Down);
        walk.Notices.Should().ContainSingle().Which.Reason.Should().Contain("2 times in a row");
        walk.Does<ServiceEffect.Terminate>().Should().BeFalse("the snapshot sees the process as it is");
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Does<ServiceEffect.Terminate>().Should().BeTrue();
        walk.Ends("was ended by SIGTERM").Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_service_waits_for_its_dependency_and_starts_when_that_is_up()
    {
        Walk walk = new Walk(Walk.Foreground()).Happens(new ServiceEvent.DependenciesChanged("db")).Begins();
        walk.State.Should().Be(ServiceState.Waiting);
        walk.Service.Reason.Should().Contain("db");
        walk.Happens(new ServiceEvent.DependenciesChanged(null)).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_keeper_that_did_not_run_itself_gives_a_stop_that_time_in_addition()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.StopRequested()).Happens(new ServiceEvent.Slept(TimeSpan.FromSeconds(30)));
        walk.Ticks(TimeSpan.FromSeconds(39)).Does<ServiceEffect.Kill>().Should().BeFalse();
        walk.Ticks(TimeSpan.FromSeconds(1)).Does<ServiceEffect.Kill>().Should().BeTrue();
    }

    [Fact]
    public void Checks_that_are_gone_from_the_definition_cannot_keep_a_service_failing()
    {
        ServiceDefinition definition = Walk.Foreground();
        definition.Checks.Add(new TcpCheck { Port = 1 });
        Walk walk = new Walk(definition).Begins(Walk.Process()).Looks(false);
        walk.State.Should().Be(ServiceState.Failing);
        walk.Definition = Walk.Foreground();
        walk.Happens(new ServiceEvent.DefinitionChanged()).State.Should().Be(ServiceState.Up);
    }

    [Fact]
    public void A_dependency_that_goes_down_does_not_stop_what_runs()
    {
        Walk walk = Walk.OfRunning().Happens(new ServiceEvent.DependenciesChanged("db"));
        walk.State.Should().Be(ServiceState.Up);
        walk.Ends().State.Should().Be(ServiceState.Waiting);
    }
}
