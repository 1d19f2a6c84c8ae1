using ProcManager.Services.Checks;
using ProcManager.Services.Supervision;

namespace ProcManager.Services.Tests.Supervision;

/// <summary>What the brain decides about a service that its start command brings up and that the checks find.</summary>
[Trait("Row", "E2")]
public sealed class DetachedServices
{
    private static Walk Up(ServiceDefinition? definition = null) => new Walk(definition ?? Walk.Detached()).Begins().Looks(true);

    private static Walk Down(ServiceDefinition? definition = null, SeenProcess? process = null) => Up(definition).Ticks(TimeSpan.FromSeconds(10)).Looks(false, process);

    private static Walk Started(ServiceDefinition? definition = null)
    {
        Walk walk = Down(definition);
        return walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Launches();
    }

    [Fact]
    public void What_runs_is_not_restarted()
    {
        Walk walk = new Walk(Walk.Detached()).Begins();
        walk.Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.Look>();
        walk.Looks(true).State.Should().Be(ServiceState.Up);
        walk.Effects.Should().BeEmpty();
        walk.Notices.Should().BeEmpty();
    }

    [Fact]
    public void What_is_down_is_started_after_its_snapshot()
    {
        Walk walk = Down();
        walk.State.Should().Be(ServiceState.Down);
        walk.Effects.Select(static e => e.GetType().Name).Should().Equal("RecordDeath", "TakeSnapshot");
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.Launch>();
        walk.Launches().Ticks(TimeSpan.FromMilliseconds(100)).Looks(true).State.Should().Be(ServiceState.Up);
        walk.Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.Recovered);
        walk.Service.RestartCount.Should().Be(1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_process_that_is_gone_has_left_is_ended_before_each_start_by_KILL_when_it_was_asked_before(bool isThere)
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(true, Walk.Process(7)).Ticks(TimeSpan.FromSeconds(10)).Looks(false);
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber));
        walk.Effects.Should().Equal(new ServiceEffect.EndLeftovers(Walk.Process(7), Forcefully: false), new ServiceEffect.Launch(walk.Service.Run));
        if (isThere)
        {
            walk.Happens(new ServiceEvent.AskedLeftovers(Walk.Process(7)));
        }

        walk.Launches().Ends("exited with code 1");
        while (walk.Service.WakeAt(walk.Definition) is { } wake && !walk.Effects.OfType<ServiceEffect.Launch>().Any())
        {
            walk.Ticks(wake - walk.Now);
            if (walk.Service.IsLooking)
            {
                walk.Looks(false);
            }
        }

        walk.Effects.Should().Equal(new ServiceEffect.EndLeftovers(Walk.Process(7), Forcefully: isThere), new ServiceEffect.Launch(walk.Service.Run));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void What_a_process_has_left_that_an_earlier_keeper_saw_is_ended_before_the_start(bool isOnce, bool wasAsked)
    {
        Walk walk = new Walk(Walk.Detached()).Happens(new ServiceEvent.Begun(null, false, TimeSpan.Zero, isOnce) { LastProcess = Walk.Process(7), LeftoversAsked = wasAsked }).Looks(false);
        if (isOnce)
        {
            walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber));
        }

        walk.Effects.Should().Equal(new ServiceEffect.EndLeftovers(Walk.Process(7), Forcefully: wasAsked), new ServiceEffect.Launch(walk.Service.Run));
    }

    [Fact]
    public void While_it_starts_the_reason_says_why_and_then_what_the_checks_see()
    {
        Walk walk = Started();
        walk.Service.Reason.Should().Be("refused");
        walk.Ticks(TimeSpan.FromMilliseconds(100)).Looks(false);
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Starting, "the checks have not passed yet: refused"));
        walk.Ticks(TimeSpan.FromMilliseconds(100)).Looks(true);
        (walk.State, walk.Service.Reason).Should().Be((ServiceState.Up, ""));

        Walk waited = new Walk(Walk.Foreground()).Happens(new ServiceEvent.DependenciesChanged("db")).Begins();
        waited.Service.Reason.Should().Be("waits for db");
        waited.Happens(new ServiceEvent.DependenciesChanged(null));
        (waited.State, waited.Service.Reason).Should().Be((ServiceState.Starting, "started after db"));
        new Walk(Walk.Foreground()).Begins().Service.Reason.Should().Be("it does not run");
        new Walk(Walk.Foreground()).Begins().Launches().Service.Reason.Should().Be("waits until its process has run for 1 s");
        new Walk(Checked()).Begins().Looks(false).Launches().Service.Reason.Should().Be("waits for its checks to pass");

        static ServiceDefinition Checked()
        {
            ServiceDefinition service = Walk.Foreground();
            service.Checks.Add(new TcpCheck { Port = 1, Failures = 1 });
            return service;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stop_command_is_run_before_the_start_where_a_check_passes_and_names_no_process(bool tcpPasses)
    {
        var definition = new ServiceDefinition { Name = "x", Start = new ServiceCommand("start"), Stop = new ServiceCommand("stop"), Checks = { new PidFileCheck { Path = "/run/x.pid" }, new TcpCheck { Port = 1 } } };
        Walk walk = new Walk(definition).Begins().Looks(true).Ticks(TimeSpan.FromSeconds(10));
        walk.Happens(new ServiceEvent.Looked(walk.Service.LookNumber, [new CheckResult(false, "no pid file"), new CheckResult(tcpPasses, "")]));
        walk.State.Should().Be(ServiceState.Down);
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber));
        walk.Does<ServiceEffect.RunStopCommand>().Should().Be(tcpPasses, "something that runs may hold the port");
        if (tcpPasses)
        {
            walk.Happens(new ServiceEvent.StopCommandEnded(false)).Does<ServiceEffect.Launch>().Should().BeTrue();
        }
    }

    [Fact]
    public void An_uncertain_check_must_fail_three_times_in_a_row_unless_the_definition_says_otherwise()
    {
        Walk walk = Up(Walk.Detached(failures: null));
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Failing);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Failing);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(true).State.Should().Be(ServiceState.Up);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Failing, "the failures were not in a row");
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false);
        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Down);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void A_missing_process_is_certain_at_once_and_a_refused_connection_is_not(bool isPidFile, int looks)
    {
        var definition = new ServiceDefinition { Name = "x", Start = new ServiceCommand("start") };
        definition.Checks.Add(isPidFile ? new PidFileCheck { Path = "/run/x.pid" } : new TcpCheck { Port = 1 });
        Walk walk = Up(definition);
        for (int i = 1; i < looks; i++)
        {
            walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Failing);
        }

        walk.Ticks(TimeSpan.FromSeconds(10)).Looks(false).State.Should().Be(ServiceState.Down);
    }

    [Fact]
    public void At_the_keepers_start_an_uncertain_failure_is_looked_at_again_soon()
    {
        Walk walk = new Walk(Walk.Detached(failures: 2)).Begins().Looks(false);
        walk.State.Should().Be(ServiceState.Failing);
        walk.Ticks(TimeSpan.FromSeconds(1)).Does<ServiceEffect.Look>().Should().BeTrue();
        walk.Looks(false).State.Should().Be(ServiceState.Starting);
    }

    [Fact]
    public void A_look_that_hangs_has_failed_after_its_time_and_says_nothing_of_the_process()
    {
        var definition = new ServiceDefinition { Name = "x", Start = new ServiceCommand("start"), Checks = { new PidFileCheck { Path = "/run/x.pid" }, new TcpCheck { Port = 1, Timeout = TimeSpan.FromSeconds(7) } } };
        Walk walk = new Walk(definition).Begins().Looks(true, Walk.Process());
        walk.Ticks(TimeSpan.FromSeconds(10)).Does<ServiceEffect.Look>().Should().BeTrue();
        walk.Service.WakeAt(definition).Should().Be(walk.Now + TimeSpan.FromSeconds(8));
        walk.Happens(new ServiceEvent.Slept(TimeSpan.FromSeconds(20))).Service.WakeAt(definition).Should().Be(walk.Now + TimeSpan.FromSeconds(28), "the keeper slept itself");
        walk.Now += TimeSpan.FromSeconds(20);
        int late = walk.Service.LookNumber;
        walk.Ticks(TimeSpan.FromSeconds(8)).State.Should().Be(ServiceState.Failing);
        walk.Service.Reason.Should().Be("the checks have not ended within 8 s");
        walk.Happens(new ServiceEvent.Looked(late, [new CheckResult(true, ""), new CheckResult(true, "")])).State.Should().Be(ServiceState.Failing, "its result comes too late");
        walk.Ticks(TimeSpan.FromSeconds(10)).Ticks(TimeSpan.FromSeconds(8)).State.Should().Be(ServiceState.Failing);
        walk.Ticks(TimeSpan.FromSeconds(10)).Ticks(TimeSpan.FromSeconds(8)).State.Should().Be(ServiceState.Down, "three times in a row");
        walk.Service.Process.Should().Be(Walk.Process(), "it is stopped before the start");
    }

    [Fact]
    public void A_snapshot_that_hangs_is_waited_for_no_longer_than_its_time()
    {
        Walk walk = Down();
        int number = walk.Service.SnapshotNumber;
        walk.Service.WakeAt(walk.Definition).Should().Be(walk.Now + TimeSpan.FromSeconds(6));
        walk.Ticks(TimeSpan.FromSeconds(6)).Does<ServiceEffect.Launch>().Should().BeTrue();
        walk.Happens(new ServiceEvent.SnapshotTaken(number)).Effects.Should().BeEmpty("it comes too late");
    }

    [Fact]
    public void Looks_come_at_the_interval_and_not_all_in_the_same_moment()
    {
        ServiceDefinition definition = Walk.Detached();
        var walk = new Walk(definition) { Now = TimeSpan.FromSeconds(1003) };
        walk.Happens(new ServiceEvent.Begun(null, false, TimeSpan.FromSeconds(4), false)).Looks(true);
        walk.Service.WakeAt(definition).Should().Be(TimeSpan.FromSeconds(1004));
        walk.Ticks(TimeSpan.FromSeconds(1)).Looks(true);
        walk.Service.WakeAt(definition).Should().Be(TimeSpan.FromSeconds(1014));
    }

    [Fact]
    public void After_a_start_looks_come_at_growing_times()
    {
        Walk walk = Started();
        foreach (int milliseconds in (int[])[100, 100, 200, 400, 800, 1000, 1000])
        {
            walk.Service.WakeAt(walk.Definition).Should().Be(walk.Now + TimeSpan.FromMilliseconds(milliseconds));
            walk.Ticks(TimeSpan.FromMilliseconds(milliseconds)).Looks(false);
        }
    }

    [Fact]
    public void A_start_command_that_fails_is_a_failed_start()
    {
        Walk walk = Started().Ends("exited with code 3");
        walk.State.Should().Be(ServiceState.BackingOff);
        walk.Notices.Should().ContainSingle().Which.Reason.Should().Be("the start command exited with code 3");
    }

    [Fact]
    public void A_start_command_that_succeeds_lets_the_checks_decide()
    {
        Walk walk = Started().Ends("exited with code 0", isFailure: false);
        walk.Does<ServiceEffect.Look>().Should().BeTrue();
        walk.Looks(true).State.Should().Be(ServiceState.Up);
    }

    [Fact]
    public void A_service_that_does_not_run_at_the_keepers_start_is_started_and_told_only_when_that_fails()
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(false);
        walk.Effects.Should().ContainSingle("no snapshot, and no death is remembered").Which.Should().BeOfType<ServiceEffect.Launch>();
        walk.Notices.Should().BeEmpty();
        walk.Launches().Ends().Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.StartFailed);
        walk.Does<ServiceEffect.RecordDeath>().Should().BeTrue();
        walk = new Walk(Walk.Detached()).Begins().Looks(false).Launches();
        walk.Ticks(TimeSpan.FromMilliseconds(100)).Looks(true).Notices.Should().BeEmpty("nothing bad was told before");
        walk.Service.RestartCount.Should().Be(0);
    }

    [Fact]
    public void A_service_that_runs_and_fails_at_the_keepers_start_is_told()
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(false, Walk.Process());
        walk.Does<ServiceEffect.TakeSnapshot>().Should().BeTrue();
        walk.Notices.Should().ContainSingle().Which.Change.Should().Be(ServiceChange.Down);
    }

    [Fact]
    public void A_process_that_a_check_has_named_is_asked_to_end_when_the_start_takes_too_long()
    {
        Walk walk = Started().Ticks(TimeSpan.FromSeconds(30)).Looks(false, Walk.Process(7)).Ticks(TimeSpan.FromSeconds(30));
        walk.Effects.Select(static e => e.GetType().Name).Should().Equal("Watch", "KillStart", "Terminate");
        walk.Ends("was ended by SIGKILL").State.Should().Be(ServiceState.Stopping);
        walk.Ticks(TimeSpan.FromSeconds(9)).Does<ServiceEffect.Kill>().Should().BeFalse();
        walk.Ticks(TimeSpan.FromSeconds(1)).Does<ServiceEffect.Kill>().Should().BeTrue();
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process(7))).State.Should().Be(ServiceState.BackingOff);
    }

    [Fact]
    public void Definitions_that_change_during_the_look_after_a_wait_are_followed_by_another_look()
    {
        Walk walk = new Walk(Walk.Detached()).Happens(new ServiceEvent.DependenciesChanged("db")).Begins().Looks(false);
        walk.State.Should().Be(ServiceState.Waiting);
        walk.Happens(new ServiceEvent.DependenciesChanged(null)).Does<ServiceEffect.Look>().Should().BeTrue();
        walk.Happens(new ServiceEvent.DefinitionChanged()).Does<ServiceEffect.Look>().Should().BeTrue();
        walk.Looks(false).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_restart_of_a_service_that_was_not_looked_for_looks_first_and_stops_what_it_finds()
    {
        Walk walk = new Walk(Walk.Detached()).Begins(isPaused: true).Happens(new ServiceEvent.RestartRequested());
        walk.Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.Look>();
        walk.Looks(true, Walk.Process()).Effects.Select(static e => e.GetType().Name).Should().Equal("Watch", "Terminate");
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_restart_of_what_runs_without_a_known_process_takes_a_stop_command(bool hasStop)
    {
        ServiceDefinition definition = Walk.Detached();
        definition.Stop = hasStop ? new ServiceCommand("stop") : null;
        Walk walk = new Walk(definition).Begins(isPaused: true).Happens(new ServiceEvent.RestartRequested()).Looks(true);
        walk.Does<ServiceEffect.Launch>().Should().BeFalse("two of them never run at once");
        walk.Does<ServiceEffect.RunStopCommand>().Should().Be(hasStop);
        walk.Does<ServiceEffect.Refuse>().Should().Be(!hasStop);
        walk.Service.Reason.Should().Be(hasStop ? "an operator restarts it" : "it runs, and was not restarted: nothing says how to stop it");
        walk.State.Should().Be(hasStop ? ServiceState.Stopping : ServiceState.Up);
    }

    [Fact]
    public void A_restart_of_what_does_not_run_starts_it()
    {
        Walk walk = Started().Ends().Happens(new ServiceEvent.RestartRequested());
        walk.Does<ServiceEffect.Launch>().Should().BeFalse("a person may have started it");
        walk.Looks(false).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_start_command_that_hangs_is_killed_at_its_timeout()
    {
        Walk walk = Started().Ticks(TimeSpan.FromSeconds(30)).Looks(false).Ticks(TimeSpan.FromSeconds(30));
        walk.Notices.Should().ContainSingle().Which.Reason.Should().Be("the checks have not passed within 1 min: refused");
        walk.Does<ServiceEffect.KillStart>().Should().BeTrue();
        walk.State.Should().Be(ServiceState.Stopping);
        walk.Ends("was ended by SIGKILL").State.Should().Be(ServiceState.BackingOff);
    }

    [Fact]
    public void A_start_command_that_goes_on_while_the_checks_pass_is_left_alone_until_the_service_is_down()
    {
        Walk walk = Started().Ticks(TimeSpan.FromMilliseconds(100)).Looks(true);
        walk.Ticks(TimeSpan.FromHours(1)).State.Should().Be(ServiceState.Up);
        walk.Looks(false).Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Does<ServiceEffect.Terminate>().Should().BeTrue("two of them never run at once");
        walk.Ends("was ended by SIGTERM").State.Should().BeOneOf(ServiceState.BackingOff, ServiceState.Starting);
    }

    [Fact]
    public void Before_a_delayed_start_the_service_is_looked_for_once_more()
    {
        Walk walk = Started().Ends().Ticks(TimeSpan.FromSeconds(1));
        walk.Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.Look>();
        walk.Looks(true).State.Should().Be(ServiceState.Up, "a person has started it");
    }

    [Fact]
    public void A_process_that_is_identified_is_stopped_before_the_start()
    {
        Walk walk = Down(process: Walk.Process());
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Effects.Select(static e => e.GetType().Name).Should().Equal("Watch", "Terminate");
        walk.Ticks(TimeSpan.FromSeconds(10)).Does<ServiceEffect.Kill>().Should().BeTrue();
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void A_stop_command_is_run_also_when_no_check_can_name_a_process()
    {
        ServiceDefinition definition = Walk.Detached();
        definition.Stop = new ServiceCommand("stop");
        Walk walk = Down(definition);
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Effects.Should().ContainSingle().Which.Should().BeOfType<ServiceEffect.RunStopCommand>();
        walk.Happens(new ServiceEvent.StopCommandEnded(false)).Does<ServiceEffect.Launch>().Should().BeTrue();
    }

    [Fact]
    public void The_keepers_stop_leaves_the_service_alone()
    {
        Walk walk = new Walk(Walk.Detached()).Begins().Looks(true, Walk.Process()).Happens(new ServiceEvent.StopRequested());
        walk.Effects.Should().BeEmpty();
        walk.Service.IsOver(ServiceKind.Detached).Should().BeTrue();
        walk.Ticks(TimeSpan.FromHours(1)).Effects.Should().BeEmpty();
    }

    [Fact]
    public void A_service_that_is_being_stopped_for_a_restart_is_started_before_the_keeper_ends()
    {
        Walk walk = Down(process: Walk.Process());
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Happens(new ServiceEvent.StopRequested());
        walk.Service.IsOver(ServiceKind.Detached).Should().BeFalse();
        walk.Happens(new ServiceEvent.ProcessGone(Walk.Process())).Does<ServiceEffect.Launch>().Should().BeTrue();
        walk.Launches().Service.IsOver(ServiceKind.Detached).Should().BeTrue();
    }

    [Fact]
    public void In_a_single_round_a_start_that_fails_is_not_tried_again()
    {
        Walk walk = new Walk(Walk.Detached()).Begins(isOnce: true).Looks(false);
        walk.Happens(new ServiceEvent.SnapshotTaken(walk.Service.SnapshotNumber)).Launches().Ends();
        walk.State.Should().Be(ServiceState.BackingOff);
        walk.Service.WakeAt(walk.Definition).Should().BeNull();
    }

    [Fact]
    public void A_result_of_an_earlier_look_does_not_count()
    {
        Walk walk = Up().Ticks(TimeSpan.FromSeconds(10));
        walk.Happens(new ServiceEvent.DefinitionChanged());
        walk.Happens(new ServiceEvent.Looked(walk.Service.LookNumber - 1, [new CheckResult(false, "old")])).State.Should().Be(ServiceState.Up);
        walk.Looks(false).State.Should().Be(ServiceState.Down);
    }

    [Fact]
    public void While_it_is_paused_the_service_is_not_looked_for()
    {
        Walk walk = Up().Happens(new ServiceEvent.PauseRequested());
        walk.Service.WakeAt(walk.Definition).Should().BeNull();
        walk.Happens(new ServiceEvent.ResumeRequested()).Does<ServiceEffect.Look>().Should().BeTrue();
    }

    [Fact]
    public void A_start_command_of_an_earlier_keeper_that_still_runs_is_waited_for()
    {
        Walk walk = new Walk(Walk.Detached()).Begins(Walk.Process());
        walk.State.Should().Be(ServiceState.Starting);
        walk.Looks(false).Does<ServiceEffect.Launch>().Should().BeFalse();
        walk.Ends("ended", isFailure: false).Looks(true).State.Should().Be(ServiceState.Up);
    }
}
