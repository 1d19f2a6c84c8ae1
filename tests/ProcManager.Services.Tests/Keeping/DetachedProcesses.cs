using System.Diagnostics;
using System.Globalization;
using ProcManager.Posix;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>Services that are real processes with a life of their own.</summary>
[Trait("Row", "E2")]
public sealed class DetachedProcesses
{
    private static int PidOf(KeeperHost host, string name) => int.Parse(host.Files.Read(name + ".pid"), CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_daemon_is_started_found_by_its_pid_file_restarted_when_it_is_killed_and_survives_the_keeper()
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(host.Detached("daemon"));
        host.Start();
        await host.Is("daemon", ServiceState.Up);
        int first = PidOf(host, "daemon");
        KeeperHost.Signal(first, "KILL");
        ServiceStatus again = await host.Is("daemon", static s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        again.Pid.Should().Be(PidOf(host, "daemon")).And.NotBe(first);
        await host.Keeper.StopAsync();
        KeeperHost.Runs(again.Pid!.Value).Should().BeTrue();
        host.Start();
        (await host.Is("daemon", ServiceState.Up)).Should().BeEquivalentTo(new { again.Pid, Restarts = 0L }, "what runs is not restarted");
    }

    [Fact]
    public async Task A_start_that_hangs_is_killed_with_its_process_group_and_its_output_is_told()
    {
        await using var host = new KeeperHost();
        string pids = host.Files.File("pids");
        host.Options.Services.Add(new ServiceDefinition
        {
            Name = "hangs",
            Start = ServiceCommand.Shell($"echo waiting for nothing; sleep 1000 & echo $$ $! > {pids}; wait"),
            Checks = { new PidFileCheck { Path = "/no/such/file" } },
        });
        host.Options.Services[0].Start!.Timeout = TimeSpan.FromMilliseconds(500);
        host.Options.Services[0].Backoff.Initial = TimeSpan.FromMinutes(1);
        host.Start();
        ServiceNotice failed = await host.Told.Comes(ServiceChange.StartFailed);
        failed.Reason.Should().Contain("have not passed within 0.5 s");
        failed.Output.Should().Contain("waiting for nothing");
        await host.Is("hangs", ServiceState.BackingOff);
        foreach (string pid in host.Files.Read("pids").Split())
        {
            if (pid.Length > 0)
            {
                await Until.True(() => !KeeperHost.Runs(int.Parse(pid, CultureInfo.InvariantCulture)), () => $"the end of {pid}");
            }
        }
    }

    [Fact]
    public async Task A_start_command_that_is_the_service_itself_is_asked_to_end_when_it_takes_too_long()
    {
        await using var host = new KeeperHost();
        string pidFile = host.Files.File("own.pid");
        host.Options.Services.Add(new ServiceDefinition
        {
            Name = "own",
            Start = ServiceCommand.Shell($"trap 'echo bye >> {host.Files.File("words")}; exit 0' TERM; echo $$ > {pidFile}; while :; do sleep 0.01; done"),
            Checks = { new PidFileCheck { Path = pidFile }, new UnixSocketCheck { Path = "/no/such/socket" } },
        });
        host.Options.Services[0].Start!.Timeout = TimeSpan.FromSeconds(2);
        host.Options.Services[0].Backoff.Initial = TimeSpan.FromMinutes(1);
        host.Start();
        await host.Told.Comes(ServiceChange.StartFailed);
        await host.Is("own", ServiceState.BackingOff);
        host.Files.Read("words").Should().Be("bye\n");
    }

    [Fact]
    public async Task The_output_of_a_start_goes_into_the_file_of_the_one_before_which_is_emptied()
    {
        await using var host = new KeeperHost();
        ServiceDefinition daemon = host.Detached("daemon");
        daemon.Start!.Command[^1] = "echo output of a start;" + daemon.Start.Command[^1];
        host.Options.Services.Add(daemon);
        host.Start();
        await host.Is("daemon", ServiceState.Up);
        string output = host.Files.File("keeper/starts/daemon.out");
        await using FileStream leftOpen = File.OpenRead(output);
        KeeperHost.Signal(PidOf(host, "daemon"), "KILL");
        await host.Is("daemon", static s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        host.Files.Read("keeper/starts/daemon.out").Should().Be("output of a start\n");
        FileIdentity.OfDescriptor((int)leftOpen.SafeFileHandle.DangerousGetHandle())!.Value.IsSameFileAs(FileIdentity.OfPath(output)).Should().BeTrue("what an earlier start has left running writes there, and it is limited");
    }

    [Fact]
    public async Task A_start_that_fails_says_with_which_exit_code()
    {
        await using KeeperHost host = new KeeperHost(new ServiceDefinition { Name = "bad", Start = ServiceCommand.Shell("echo no licence; exit 4"), Checks = { new PidFileCheck { Path = "/no/such/file" } } }).Start();
        ServiceNotice failed = await host.Told.Comes(ServiceChange.StartFailed);
        failed.Reason.Should().Be("the start command exited with code 4: no licence");
        failed.Output.Should().Contain("no licence");
    }

    [Fact]
    public async Task A_daemon_that_is_restarted_by_an_operator_is_stopped_by_its_process_id()
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(host.Detached("daemon"));
        host.Start();
        await host.Is("daemon", ServiceState.Up);
        await host.Is("daemon", static s => s.Pid is not null, "known");
        int first = PidOf(host, "daemon");
        host.Keeper.Restart("daemon");
        await host.Is("daemon", static s => s.State == ServiceState.Up && s.Restarts == 1, "up again");
        KeeperHost.Runs(first).Should().BeFalse();
        PidOf(host, "daemon").Should().NotBe(first);
    }

    [Fact]
    public async Task A_restart_of_a_paused_daemon_that_the_keeper_has_not_seen_does_not_start_a_second_one()
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(host.Detached("daemon"));
        host.Start();
        await host.Is("daemon", ServiceState.Up);
        int first = PidOf(host, "daemon");
        host.Keeper.Pause("daemon");
        await host.Keeper.StopAsync();
        host.Start();
        await host.Is("daemon", ServiceState.Paused);
        host.Keeper.Restart("daemon");
        await host.Is("daemon", s => s.State == ServiceState.Up && s.Pid != first, "up again");
        KeeperHost.Runs(first).Should().BeFalse();
    }

    [Fact]
    public async Task A_start_output_that_cannot_be_emptied_holds_up_no_service()
    {
        await using var host = new KeeperHost();
        ServiceDefinition service = host.Detached("daemon");
        service.Log.MaxSize = 4096;
        host.Options.Services.Add(service);
        string output = KeeperFolder.Prepare(host.Options.Folder!).StartOutput("daemon");
        TestProcess.Run("cp", "/bin/sleep", output); // a program that runs cannot be written to; a copy by this process may still be open in a child of another test
        using Process running = Process.Start(output, "1000");
        try
        {
            host.Start();
            await host.Log.Says("cannot be emptied");
            await host.Is("daemon", ServiceState.Up);
        }
        finally
        {
            running.Kill();
            await running.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task One_round_starts_what_is_down_and_says_what_has_failed()
    {
        await using var host = new KeeperHost();
        host.Options.Services.Add(host.Detached("daemon"));
        host.Options.Services.Add(new ServiceDefinition { Name = "bad", Start = new ServiceCommand("false"), Checks = { new PidFileCheck { Path = "/no/such/file" } } });
        ServiceDefinition waits = host.Detached("waits");
        waits.DependsOn.Add("bad");
        host.Options.Services.Add(waits);
        ServiceRunSummary first = await new ServiceKeeper(host.Options).RunOnceAsync();
        first.Restarted.Select(static s => s.Name).Should().Equal("daemon");
        first.Failed.Select(static s => s.Name).Should().Equal("bad", "waits");
        host.Options.Services.RemoveAt(2);
        host.Options.Services.RemoveAt(1);
        ServiceRunSummary second = await new ServiceKeeper(host.Options).RunOnceAsync();
        second.Restarted.Should().BeEmpty();
        second.Failed.Should().BeEmpty();
    }

    [Fact]
    public async Task One_round_refuses_a_foreground_service()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        await FluentActions.Awaiting(() => new ServiceKeeper(host.Options).RunOnceAsync()).Should().ThrowAsync<ProcManagerConfigurationException>().WithMessage("*web*foreground*");
    }
}
