using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>What the brain decides when an operator stops one service.</summary>
[Trait("Row", "E7")]
public sealed class OneServiceIsStopped
{
    private static readonly ServiceEvent Halt = new ServiceEvent.HaltRequested();

    private static ServiceDefinition WithPidFile(bool hasStop = false) =>
        new() { Name = "x", Start = new ServiceCommand("start"), Stop = hasStop ? new ServiceCommand("stop") : null, Checks = { new PidFileCheck { Path = "/run/x.pid" } } };

    [Fact]
    public void A_foreground_service_is_asked_to_end_then_killed_and_is_paused()
    {
        Walk walk = Walk.OfRunning().Happens(Halt);
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Stopping, "stopped by an operator"));
        walk.Effects.Should().Equal(new ServiceEffect.Terminate());
        walk.Ticks(TimeSpan.FromSeconds(10)).Effects.Should().Equal(new ServiceEffect.Kill());
        walk.Ends("was ended by SIGKILL");
        (walk.State, walk.Service.Reason, walk.Service.IsPaused).Should().Be((ServiceState.Paused, "stopped by an operator", true));
        (walk.Effects.Count, walk.Notices.Count).Should().Be((0, 0), "no start, no snapshot, no notice");
        walk.Happens(new ServiceEvent.ResumeRequested()).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_detached_service_is_stopped_as_at_a_restart(bool hasStop)
    {
        Walk walk = new Walk(WithPidFile(hasStop)).Begins().Looks(true, Walk.Process()).Happens(Halt);
        walk.Effects.Should().Equal(new ServiceEffect.Watch(Walk.Process()), hasStop ? new ServiceEffect.RunStopCommand() : new ServiceEffect.Terminate());
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process()));
        if (hasStop)
        {
            walk.State.Should().Be(ServiceState.Stopping, "the stop command runs");
            walk.Happens(new ServiceEvent.StopCommandEnded(false));
        }

        (walk.State, walk.Service.Reason, walk.Effects.Count).Should().Be((ServiceState.Paused, "stopped by an operator", 0));
    }

    [Fact]
    public void One_that_is_paused_is_looked_for_first_and_stopped_when_it_runs()
    {
        Walk walk = new Walk(WithPidFile()).Begins(isPaused: true).Happens(Halt);
        (walk.State, walk.Effects.Single()).Should().Be((ServiceState.Stopping, new ServiceEffect.Look(walk.Service.LookNumber)));
        walk.Looks(true, Walk.Process()).Does<ServiceEffect.Terminate>().Should().BeTrue();
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).State.Should().Be(ServiceState.Paused);
    }

    [Fact]
    public void One_that_does_not_run_is_paused()
    {
        Walk walk = new Walk(WithPidFile()).Begins().Looks(false).Launches().Ends().Happens(Halt).Looks(false);
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "stopped by an operator"));
    }

    [Fact]
    public void One_that_runs_and_that_nothing_can_stop_is_paused_and_that_is_said()
    {
        Walk walk = new Walk(Walk.Detached()).Begins(isPaused: true).Happens(Halt).Looks(true);
        walk.Effects.Should().Equal(new ServiceEffect.Refuse("stopped"));
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "paused, and it runs: nothing says how to stop it"));
    }

    [Fact]
    public void A_look_that_hangs_does_not_hold_the_stop()
    {
        Walk walk = new Walk(WithPidFile()).Begins(isPaused: true).Happens(Halt).Ticks(TimeSpan.FromSeconds(6));
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "paused, and it may run: the checks have not ended within 6 s"));
    }

    [Fact]
    public void An_order_while_the_look_is_under_way_takes_its_place()
    {
        new Walk(WithPidFile()).Begins(isPaused: true).Happens(Halt).Happens(new ServiceEvent.ResumeRequested()).Looks(true, Walk.Process()).State.Should().Be(ServiceState.Up);
        new Walk(WithPidFile()).Begins(isPaused: true).Happens(Halt).Happens(new ServiceEvent.RestartRequested()).Looks(false).Does<ServiceEffect.Launch>().Should().BeTrue();
        new Walk(WithPidFile()).Begins(isPaused: true).Happens(Halt).Happens(new ServiceEvent.DefinitionChanged()).Looks(false).State.Should().Be(ServiceState.Paused);
    }

    [Fact]
    public void That_a_stopped_service_does_not_run_when_it_is_resumed_is_no_news()
    {
        Walk walk = new Walk(WithPidFile()).Begins().Looks(false).Launches().Ends("exited with code 0", isFailure: false).Looks(true, Walk.Process());
        walk.Happens(Halt).Happens(new ServiceEvent.ProcessGone(Walk.Process())).State.Should().Be(ServiceState.Paused);
        walk.Happens(new ServiceEvent.ResumeRequested()).Looks(false);
        (walk.State, walk.Notices.Count).Should().Be((ServiceState.Starting, 0));
        walk.Effects.Select(static e => e.GetType().Name).Should().Equal("EndLeftovers", "Launch");
        walk.Launches().Ends("exited with code 0", isFailure: false).Looks(true, Walk.Process()).State.Should().Be(ServiceState.Up);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).Notices.Single().Change.Should().Be(ServiceChange.Down, "later it is");
    }

    [Fact]
    public void A_later_keeper_carries_on_the_stop_of_a_detached_service()
    {
        Walk walk = new Walk(WithPidFile()).Happens(new ServiceEvent.Begun(null, true, TimeSpan.Zero, false) { IsHalted = true, Halts = true });
        walk.State.Should().Be(ServiceState.Stopping);
        walk.Looks(true, Walk.Process()).Does<ServiceEffect.Terminate>().Should().BeTrue();
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process()));
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Paused, "stopped by an operator"));
    }

    [Fact]
    public void A_restart_while_it_stops_starts_it()
    {
        Walk walk = Walk.OfRunning().Happens(Halt).Happens(new ServiceEvent.RestartRequested());
        walk.Ends().Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_restart_that_an_operator_asks_for_is_counted_also_when_the_keeper_has_found_the_service_running()
    {
        Walk walk = new Walk(WithPidFile()).Begins().Looks(true, Walk.Process()).Happens(new ServiceEvent.RestartRequested());
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).Does<ServiceEffect.Launch>().Should().BeTrue();
        walk.Service.RestartCount.Should().Be(1);
    }
}
