using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>What the brain decides when an order meets a start that hangs, or a service that goes on all the same.</summary>
[Trait("Row", "E7")]
public sealed class OrdersThatFail
{
    private static readonly ServiceEvent Halt = new ServiceEvent.HaltRequested();
    private static readonly ServiceEvent Restart = new ServiceEvent.RestartRequested();

    /// <summary>A detached service that only its port tells of, and that has a stop command.</summary>
    private static Walk OfPort()
    {
        ServiceDefinition port = Walk.Detached();
        port.Stop = new ServiceCommand("stop");
        return new Walk(port).Begins().Looks(true);
    }

    [Fact]
    public void A_pause_abandons_a_start_that_hangs_so_that_the_keeper_can_end()
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(false).Happens(new ServiceEvent.PauseRequested());
        walk.Does<ServiceEffect.AbandonStart>().Should().BeTrue();
        walk.Happens(new ServiceEvent.StopRequested()).Service.IsOver(ServiceKind.Detached).Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_start_that_hangs_is_abandoned_at_its_deadline_also_when_the_checks_pass_meanwhile(bool stops)
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(false).Happens(new ServiceEvent.DefinitionChanged());
        if (stops)
        {
            walk.Happens(new ServiceEvent.StopRequested());
        }

        walk.Looks(true).State.Should().Be(ServiceState.Up);
        walk.Service.IsLaunching.Should().BeTrue();
        walk.Ticks(TimeSpan.FromSeconds(stops ? 10 : 60)).Does<ServiceEffect.AbandonStart>().Should().BeTrue();
        walk.Service.IsOver(ServiceKind.Detached).Should().Be(stops);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_service_that_its_stop_command_has_not_stopped_does_not_count_as_stopped(bool isFailure)
    {
        Walk walk = OfPort().Happens(Halt).Happens(new ServiceEvent.StopCommandEnded(isFailure));
        walk.Effects.Should().Equal(new ServiceEffect.Look(walk.Service.LookNumber));
        walk.Looks(true);
        if (!isFailure)
        {
            walk.State.Should().Be(ServiceState.Stopping, "its end may take a moment");
            walk.Ticks(TimeSpan.FromMilliseconds(100)).Looks(true).Ticks(walk.Definition.StopTimeout).Looks(true);
        }

        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "paused, and it runs: the stop command has not stopped it"));
    }

    [Fact]
    public void A_service_whose_end_takes_a_moment_after_its_stop_command_is_stopped()
    {
        Walk walk = OfPort().Happens(Halt).Happens(new ServiceEvent.StopCommandEnded(false)).Looks(true).Ticks(TimeSpan.FromMilliseconds(100)).Looks(false);
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "stopped by an operator"));
    }

    [Fact]
    public void A_look_that_hangs_after_the_stop_command_says_that_the_service_may_run()
    {
        Walk walk = OfPort().Happens(Halt).Happens(new ServiceEvent.StopCommandEnded(false)).Ticks(TimeSpan.FromSeconds(6));
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "paused, and it may run: the checks have not ended within 6 s"));
    }

    [Fact]
    public void A_service_that_its_stop_command_has_not_stopped_is_not_restarted_and_that_is_said()
    {
        Walk walk = OfPort().Happens(Restart).Happens(new ServiceEvent.StopCommandEnded(true)).Looks(true);
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Up, "it runs, and was not restarted: the stop command has not stopped it"));
        OfPort().Happens(Restart).Happens(new ServiceEvent.StopCommandEnded(false)).Looks(false).Does<ServiceEffect.Launch>().Should().BeTrue("another one is stopped");
    }

    [Fact]
    public void A_process_that_a_check_names_after_the_stop_command_is_asked_to_end()
    {
        var definition = new ServiceDefinition { Name = "x", Start = new ServiceCommand("start"), Stop = new ServiceCommand("stop"), Checks = { new PidFileCheck { Path = "/run/x.pid" } } };
        Walk walk = new Walk(definition).Begins().Looks(true).Happens(Halt).Happens(new ServiceEvent.StopCommandEnded(false)).Looks(true, Walk.Process());
        walk.Effects.Should().Equal(new ServiceEffect.Watch(Walk.Process()), new ServiceEffect.Terminate());
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).Service.Reason.Should().Be("stopped by an operator");
    }

    [Fact]
    public void To_resume_a_service_that_is_up_forgets_why_it_was_not_restarted()
    {
        Walk walk = new Walk(Walk.Detached()).Begins(isPaused: true).Happens(Restart).Looks(true);
        walk.Service.Reason.Should().Be("it runs, and was not restarted: nothing says how to stop it");
        walk.Happens(new ServiceEvent.ResumeRequested());
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Up, ""));
    }
}
