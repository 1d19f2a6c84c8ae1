using System.Diagnostics;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>Services that are real processes and children of the keeper.</summary>
[Trait("Row", "E2")]
public sealed class ForegroundProcesses
{
    [Fact]
    public async Task A_service_is_started_is_up_and_its_lines_go_to_its_log_with_a_time()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "echo hello; echo error >&2; exec sleep 1000")).Start();
        ServiceStatus up = await host.Is("web", ServiceState.Up);
        KeeperHost.Runs(up.Pid!.Value).Should().BeTrue();
        string log = host.Files.File("keeper/logs/web.log");
        await Until.True(() => File.Exists(log) && File.ReadAllLines(log).Length == 2, static () => "two lines");
        File.ReadAllLines(log).Should().SatisfyRespectively(
            static l => l.Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z hello$"),
            static l => l.Should().EndWith("Z error"));
        await host.Keeper.StopAsync();
        KeeperHost.Runs(up.Pid!.Value).Should().BeFalse("it stops with the keeper");
        host["web"].State.Should().Be(ServiceState.Stopped);
    }

    [Fact]
    public async Task A_prompt_and_a_last_word_without_a_line_end_are_in_the_log()
    {
        using var files = new TempFolder();
        string go = files.File("go");
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", $"printf 'name? '; while [ ! -e {go} ]; do sleep 0.01; done; printf 'last word'")).Start();
        await Until.True(() => host.Files.Read("keeper/logs/web.log").EndsWith("Z name? ", StringComparison.Ordinal), () => "the prompt");
        await File.WriteAllTextAsync(go, "");
        await Until.True(() => host.Files.Read("keeper/logs/web.log").Contains("Z name? last word\n", StringComparison.Ordinal), () => "the last word");
    }

    [Fact]
    public async Task A_service_that_is_killed_is_started_again_and_the_last_lines_are_told()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "echo my last words; exec sleep 1000")).Start();
        ServiceStatus first = await host.Is("web", ServiceState.Up);
        KeeperHost.Signal(first.Pid!.Value, "KILL");
        ServiceStatus second = await host.Is("web", s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        second.Pid.Should().NotBe(first.Pid);
        second.LastDeath!.Reason.Should().Be("it was ended by SIGKILL");
        ServiceNotice down = await host.Told.Comes(ServiceChange.Down);
        down.Output.Should().Contain("my last words");
        await host.Told.Comes(ServiceChange.Recovered);
        host.Told.All.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_service_that_dies_at_once_is_told_once_and_given_up_by_its_rule()
    {
        ServiceDefinition service = KeeperHost.Foreground("bad", "echo why; exit 7");
        service.Backoff.Initial = TimeSpan.FromMilliseconds(10);
        service.GiveUp = new ServiceGiveUp { Restarts = 4 };
        await using KeeperHost host = new KeeperHost(service).Start();
        ServiceStatus status = await host.Is("bad", ServiceState.GivenUp);
        status.Restarts.Should().Be(4);
        status.Reason.Should().StartWith("4 restarts within 10 min did not help; last: the start failed: ").And.Contain("exited with code 7");
        ServiceNotice givenUp = await host.Told.Comes(ServiceChange.GivenUp);
        givenUp.Output.Should().Contain("why");
        host.Told.All.Select(static n => n.Change).Should().Equal(ServiceChange.StartFailed, ServiceChange.GivenUp);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_a_failed_start_that_names_it()
    {
        ServiceDefinition service = KeeperHost.Foreground("none", "");
        service.Start = new ServiceCommand("/no/such/program");
        await using KeeperHost host = new KeeperHost(service).Start();
        ServiceNotice failed = await host.Told.Comes(ServiceChange.StartFailed);
        failed.Reason.Should().Be("There is no program /no/such/program. Install it, or give another path");
    }

    [Fact]
    public async Task Fifty_services_that_die_at_once_are_all_started_again_once()
    {
        await using KeeperHost host = new KeeperHost([.. Enumerable.Range(0, 50).Select(static i => KeeperHost.Foreground($"s{i}", "exec sleep 1000"))]).Start();
        await Until.True(() => host.Keeper.Status().All(static s => s.State == ServiceState.Up), () => "all up");
        int[] pids = [.. host.Keeper.Status().Select(static s => s.Pid!.Value)];
        using (var kill = Process.Start("kill", ["-KILL", .. pids.Select(static p => p.ToString(System.Globalization.CultureInfo.InvariantCulture))]))
        {
            await kill.WaitForExitAsync();
        }

        await Until.True(() => host.Keeper.Status().All(static s => s.State == ServiceState.Up && s.Restarts == 1), () => string.Join('\n', host.Keeper.Status()));
        host.Keeper.Status().Select(static s => s.Pid!.Value).Should().OnlyHaveUniqueItems().And.NotIntersectWith(pids);
    }

    [Fact]
    public async Task A_service_that_ignores_TERM_is_killed_after_its_time_with_what_it_has_started()
    {
        using var files = new TempFolder();
        ServiceDefinition service = KeeperHost.Foreground("deaf", $"trap '' TERM; sleep 1000 & echo $! > {files.File("child")}; while :; do sleep 1; done");
        service.StopTimeout = TimeSpan.FromMilliseconds(300);
        await using KeeperHost host = new KeeperHost(service).Start();
        ServiceStatus up = await host.Is("deaf", ServiceState.Up);
        await host.Keeper.StopAsync();
        KeeperHost.Runs(up.Pid!.Value).Should().BeFalse();
        int child = int.Parse(files.Read("child"), System.Globalization.CultureInfo.InvariantCulture);
        await Until.True(() => !KeeperHost.Runs(child), static () => "the child's end");
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public async Task What_a_service_has_started_ends_with_it(string signal)
    {
        using var files = new TempFolder();
        string child = files.File("child");
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", $"(trap '' TERM; while :; do sleep 0.01; done) & echo $! >> {child}; exec sleep 1000")).Start();
        ServiceStatus up = await host.Is("web", ServiceState.Up);
        int first = int.Parse(files.Read("child"), System.Globalization.CultureInfo.InvariantCulture);
        KeeperHost.Signal(up.Pid!.Value, signal);
        await host.Is("web", static s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        await Until.True(() => !KeeperHost.Runs(first), static () => "the child's end");
        int second = int.Parse(files.Read("child").Split('\n')[1], System.Globalization.CultureInfo.InvariantCulture);
        KeeperHost.Runs(second).Should().BeTrue();
        await host.Keeper.StopAsync();
        await Until.True(() => !KeeperHost.Runs(second), static () => "the second child's end");
    }

    [Fact]
    public async Task A_log_that_throws_does_not_make_a_service_start_twice()
    {
        using var files = new TempFolder();
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", $"echo $$ >> {files.File("starts")}; exec sleep 1000")).Start();
        ServiceStatus first = await host.Is("web", ServiceState.Up);
        host.Log.ThrowsAt = "started (pid";
        KeeperHost.Signal(first.Pid!.Value, "KILL");
        await host.Is("web", static s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        files.Lines("starts").Should().Be(2);
        host.Log.Count("a step of the keeper failed").Should().BePositive();
    }

    [Fact]
    public async Task A_service_that_a_signal_has_stopped_hears_of_the_keepers_stop()
    {
        ServiceDefinition service = KeeperHost.Foreground("held", "trap 'echo bye; exit 0' TERM; echo begun; while :; do sleep 0.01; done");
        service.StopTimeout = TimeSpan.FromMinutes(1);
        await using KeeperHost host = new KeeperHost(service).Start();
        ServiceStatus up = await host.Is("held", ServiceState.Up);
        KeeperHost.Signal(up.Pid!.Value, "STOP");
        await Until.True(() => KeeperHost.State(up.Pid.Value) == 'T', static () => "stopped");
        await host.Keeper.StopAsync();
        host.Files.Read("keeper/logs/held.log").Should().Contain("bye");
    }

    [Fact]
    public async Task Services_stop_before_those_that_they_depend_on()
    {
        using var files = new TempFolder();
        string Script(string name) => $"trap 'echo {name} >> {files.File("order")}; exit 0' TERM; while :; do sleep 0.01; done";
        ServiceDefinition db = KeeperHost.Foreground("db", Script("db")), api = KeeperHost.Foreground("api", Script("api")), web = KeeperHost.Foreground("web", Script("web"));
        api.DependsOn.Add("db");
        web.DependsOn.Add("api");
        await using KeeperHost host = new KeeperHost(db, api, web).Start();
        await host.Is("web", ServiceState.Up);
        host.Log.Lines.Where(static l => l.Contains(": up", StringComparison.Ordinal)).Select(static l => l.Trim()).Should().Equal("service db: up", "service api: up", "service web: up");
        await host.Keeper.StopAsync();
        files.Read("order").Should().Be("web\napi\ndb\n");
    }

    [Fact]
    public async Task The_log_is_renamed_when_it_is_large_and_the_oldest_is_dropped()
    {
        using var files = new TempFolder();
        ServiceDefinition service = KeeperHost.Foreground("loud", $"i=0; while [ $i -lt 400 ]; do echo line $i of a service that says much too much about nothing; i=$((i+1)); done; touch {files.File("done")}; exec sleep 1000");
        service.Log = new ServiceLogOptions { MaxSize = 4096, Keep = 2 };
        await using KeeperHost host = new KeeperHost(service).Start();
        await host.Is("loud", ServiceState.Up);
        await Until.True(() => File.Exists(files.File("done")), static () => "its last line");
        await host.Keeper.StopAsync();
        string[] logs = [.. Directory.GetFiles(host.Files.File("keeper/logs")).Select(static f => Path.GetFileName(f)).Order()];
        logs.Should().Contain("loud.log.1").And.Contain("loud.log.2").And.NotContain("loud.log.3");
        Directory.GetFiles(host.Files.File("keeper/logs")).Should().OnlyContain(static f => new FileInfo(f).Length < 4096 + 200, "a line more than the size at most");
    }

    [Fact]
    public async Task A_hosts_own_processes_keep_their_exit_codes()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"), KeeperHost.Foreground("busy", "exit 0")).Start();
        for (int i = 0; i < 20; i++)
        {
            using Process own = Process.Start("/bin/sh", ["-c", "exit 3"]);
            await own.WaitForExitAsync();
            own.ExitCode.Should().Be(3);
        }

        (await host.Is("web", ServiceState.Up)).Restarts.Should().Be(0);
    }

    [Fact]
    public async Task A_service_begins_in_its_directory_with_its_environment_and_its_name()
    {
        using var files = new TempFolder();
        ServiceDefinition service = KeeperHost.Foreground("env", $"echo $PWD $COLOUR $PROCMANAGER_SERVICE > {files.File("out")}; exec sleep 1000");
        service.Start!.Directory = "/tmp";
        service.Start.Environment["COLOUR"] = "blue";
        await using KeeperHost host = new KeeperHost(service).Start();
        await host.Is("env", ServiceState.Up);
        files.Read("out").Should().Be("/tmp blue env\n");
    }

    [FactAsRoot]
    public async Task A_service_of_another_user_has_that_user_and_may_open_its_output_again()
    {
        ServiceDefinition service = KeeperHost.Foreground("other", "id -un; echo again > /dev/stdout; exec sleep 1000");
        service.Start!.User = "nobody";
        await using KeeperHost host = new KeeperHost(service).Start();
        await host.Is("other", ServiceState.Up);
        string log = host.Files.File("keeper/logs/other.log");
        await Until.True(() => File.Exists(log) && File.ReadAllLines(log).Length == 2, () => "two lines");
        File.ReadAllLines(log).Select(static l => l.Split(' ')[1]).Should().Equal("nobody", "again");
    }
}
