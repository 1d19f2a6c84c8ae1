using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>What the brain decides when a start gives neither a process nor an answer, as when the user database hangs.</summary>
[Trait("Row", "E2")]
public sealed class StartsThatHang
{
    [Fact]
    public void It_has_failed_at_its_timeout_and_is_tried_again()
    {
        Walk walk = new Walk(Walk.Foreground()).Begins().Ticks(TimeSpan.FromSeconds(60));
        walk.Effects.Select(static e => e.GetType().Name).Should().Equal("AbandonStart", "RecordDeath", "Launch");
        walk.Notices.Single().Should().Be(new ServiceTelling(ServiceChange.StartFailed, "it could not be started within 1 min; the user database or a file system may not answer"));
        walk.Happens(new ServiceEvent.LaunchFailed(walk.Service.Run, "it still hangs")).State.Should().Be(ServiceState.BackingOff);
    }

    [Fact]
    public void The_keepers_stop_waits_for_it_no_longer_than_for_a_process()
    {
        Walk walk = new Walk(Walk.Foreground()).Begins().Happens(new ServiceEvent.StopRequested());
        walk.State.Should().Be(ServiceState.Stopping);
        walk.Ticks(TimeSpan.FromSeconds(10)).Does<ServiceEffect.AbandonStart>().Should().BeTrue();
        walk.State.Should().Be(ServiceState.Stopped);

        walk = new Walk(Walk.Detached()).Begins().Looks(false).Happens(new ServiceEvent.StopRequested());
        walk.Service.IsOver(ServiceKind.Detached).Should().BeFalse("a process may come of it");
        walk.Ticks(TimeSpan.FromSeconds(10)).Does<ServiceEffect.Launch>().Should().BeFalse();
        walk.Service.IsOver(ServiceKind.Detached).Should().BeTrue();
    }

    [Fact]
    public void A_start_that_fails_while_the_keeper_stops_is_not_tried_again()
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(true, Walk.Process()).Happens(new ServiceEvent.RestartRequested()).Happens(new ServiceEvent.StopRequested());
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).Does<ServiceEffect.Launch>().Should().BeTrue("it is not left stopped");
        walk.Happens(new ServiceEvent.LaunchFailed(walk.Service.Run, "there is no such program")).Does<ServiceEffect.Launch>().Should().BeFalse();
        walk.Service.IsOver(ServiceKind.Detached).Should().BeTrue();
    }
}
