using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Reflection;
using ProcManager.Posix;
using ProcManager.Services.Checks;
using ProcManager.Services.Commands;
using ProcManager.Services.Keeping;

namespace ProcManager.Services.Tests.Keeping;

/// <summary>A keeper ends, in whatever way, and another one comes.</summary>
[Trait("Row", "E2")]
public sealed class LaterKeepers
{
    /// <summary>Counts its starts, says so, and says something when it is told to.</summary>
    private static string Counted(TempFolder files) => $"echo $$ >> {files.File("starts")}; trap 'echo alive' USR1; echo begun; while :; do sleep 0.01; done";

    [Fact]
    public async Task A_service_of_a_killed_keeper_is_kept_on_and_not_started_twice_and_its_output_goes_on()
    {
        await using var host = new KeeperHost();
        string definitions = host.Files.File("services.json");
        string script = Counted(host.Files).Replace("\"", "\\\"", StringComparison.Ordinal);
        File.WriteAllText(definitions, $$"""{ "folder": "{{host.Options.Folder}}", "services": { "web": { "kind": "foreground", "start": "{{script}}" } } }""");
        using (Process first = KeeperOf(definitions))
        {
            try
            {
                (await first.StandardOutput.ReadLineAsync()).Should().Be($"keeping {first.Id}");
                await Until.True(() => host.Files.Read("keeper/logs/web.log").Contains("begun", StringComparison.Ordinal), static () => "its first line");
            }
            finally
            {
                first.Kill();
                await first.WaitForExitAsync();
            }
        }

        host.Options.Services.Add(KeeperHost.Foreground("web", "unused"));
        host.Start();
        await host.Log.Says("of an earlier keeper still runs");
        ServiceStatus kept = await host.Is("web", ServiceState.Up);
        kept.Restarts.Should().Be(0);
        host.Files.Read("starts").Should().Be($"{kept.Pid}\n");
        KeeperHost.Signal(kept.Pid!.Value, "USR1");
        await Until.True(() => host.Files.Read("keeper/logs/web.log").Contains("alive", StringComparison.Ordinal), static () => "a line for the second keeper");

        // Its end is seen as that of a child, but for the exit code.
        host.Options.Services[0].Start = ServiceCommand.Shell("exec sleep 1000");
        KeeperHost.Signal(kept.Pid.Value, "KILL");
        ServiceStatus again = await host.Is("web", static s => s.LastDeath is not null, "dead");
        again.LastDeath!.Reason.Should().Contain("its exit code is not known");
    }

    [Fact]
    public async Task A_service_that_was_restarted_while_no_state_could_be_written_is_found_by_a_later_keeper()
    {
        await using var host = new KeeperHost();
        string definitions = host.Files.File("services.json");
        string script = Counted(host.Files).Replace("\"", "\\\"", StringComparison.Ordinal);
        File.WriteAllText(definitions, $$"""{ "folder": "{{host.Options.Folder}}", "services": { "web": { "kind": "foreground", "start": "{{script}}", "backoff": { "initial": "10ms" } } } }""");
        string states = host.Files.File("keeper/state");
        using (Process first = KeeperOf(definitions))
        {
            try
            {
                await Until.True(() => host.Files.Lines("starts") == 1 && host.Files.Read("keeper/state/web.json").Contains("Running", StringComparison.Ordinal), static () => "the first start");
                Directory.Move(states, states + ".away");
                File.WriteAllText(states, "no folder");
                for (int starts = 1; starts < 4; starts++)
                {
                    KeeperHost.Signal(int.Parse(host.Files.Read("starts").Split('\n')[starts - 1], CultureInfo.InvariantCulture), "KILL");
                    await Until.True(() => host.Files.Lines("starts") == starts + 1, static () => "the next start");
                }
            }
            finally
            {
                first.Kill();
                await first.WaitForExitAsync();
            }
        }

        File.Delete(states);
        Directory.Move(states + ".away", states);
        host.Options.Services.Add(KeeperHost.Foreground("web", "unused"));
        host.Start();
        (await host.Is("web", ServiceState.Up)).Pid.Should().Be(int.Parse(host.Files.Read("starts").Split('\n')[3], CultureInfo.InvariantCulture));
        host.Files.Lines("starts").Should().Be(4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_keeper_that_was_killed_between_the_start_and_its_record_is_repaired(bool isRestart)
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        var folder = KeeperFolder.Prepare(host.Options.Folder!);
        StoredState state = isRestart
            ? new StoredState { Phase = StoredPhase.Running, Token = "t.4", Process = new SeenProcess(Environment.ProcessId, 1) } // dead
            : new StoredState { Phase = StoredPhase.Starting, Token = "t.5" };
        (state with { Kind = ServiceKind.Foreground, Boot = ProcFs.BootId() }).Write(folder.State("web"));
        int output = PrivateFile.OpenToAppend(host.Files.File("out"));
        int pid = CommandStart.Spawn(new ServiceCommand("sleep", "1000"), Adoption.Marks(folder, "web", "t.5"), null, output);
        Descriptors.Close(output);
        try
        {
            host.Start();
            (await host.Is("web", ServiceState.Up)).Pid.Should().Be(pid);
        }
        finally
        {
            Children.KillGroup(pid);
            Children.Reap(pid);
        }
    }

    [Fact]
    public async Task Without_a_state_file_no_process_is_taken_for_the_service_whatever_its_environment_says()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        var folder = KeeperFolder.Prepare(host.Options.Folder!);
        await IsNotTaken(host, Marked(host, folder, new ServiceCommand("sleep", "1000"), "a.1"));
    }

    [FactAsRoot]
    public async Task A_process_of_another_user_is_not_taken_for_the_service()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        var folder = KeeperFolder.Prepare(host.Options.Folder!);
        new StoredState { Kind = ServiceKind.Foreground, Phase = StoredPhase.Starting, Token = "t.5", Boot = ProcFs.BootId() }.Write(folder.State("web"));
        await IsNotTaken(host, Marked(host, folder, new ServiceCommand("sleep", "1000") { User = "nobody" }, "t.5"));
    }

    [Fact]
    public async Task A_stop_of_one_service_is_carried_on_by_the_next_keeper()
    {
        await using var host = new KeeperHost();
        string definitions = host.Files.File("services.json");
        string script = $"trap '' TERM; echo $$ > {host.Files.File("pid")}; while :; do sleep 0.01; done";
        File.WriteAllText(definitions, $$"""{ "folder": "{{host.Options.Folder}}", "services": { "web": { "kind": "foreground", "start": "{{script}}", "stopTimeout": "1m" } } }""");
        using (Process first = KeeperOf(definitions))
        {
            try
            {
                await Until.True(() => host.Files.Lines("pid") == 1 && host.Files.Read("keeper/state/web.json").Contains("Running", StringComparison.Ordinal) && File.Exists(host.Files.File("keeper/keeper.sock")), static () => "its start");
                using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.Files.File("keeper/keeper.sock")));
                await using var stream = new NetworkStream(socket);
                using var reader = new StreamReader(stream);
                _ = await reader.ReadLineAsync();
                await stream.WriteAsync("{\"command\":\"stop\",\"service\":\"web\"}\n"u8.ToArray());
                (await reader.ReadLineAsync()).Should().Contain("\"ok\":true");
            }
            finally
            {
                first.Kill();
                await first.WaitForExitAsync();
            }
        }

        int pid = int.Parse(host.Files.Read("pid"), CultureInfo.InvariantCulture);
        KeeperHost.Runs(pid).Should().BeTrue();
        ServiceDefinition web = KeeperHost.Foreground("web", "unused");
        web.StopTimeout = TimeSpan.FromMilliseconds(100);
        host.Options.Services.Add(web);
        host.Start();
        (await host.Is("web", ServiceState.Paused)).Reason.Should().Be("stopped by an operator");
        KeeperHost.Runs(pid).Should().BeFalse();
    }

    [Fact]
    public async Task The_next_keeper_knows_that_an_operator_has_stopped_a_service()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        await host.Is("web", ServiceState.Up);
        host.Keeper.Stop("web");
        await host.Is("web", ServiceState.Paused);
        await host.Keeper.StopAsync();
        host.Start();
        (await host.Is("web", ServiceState.Paused)).Reason.Should().Be("stopped by an operator");
        host.Keeper.Resume("web");
        await host.Is("web", ServiceState.Up);
        host.Keeper.Pause("web");
        await host.Keeper.StopAsync();
        host.Start();
        (await host.Is("web", ServiceState.Paused)).Reason.Should().Be("paused by an operator");
    }

    private static int Marked(KeeperHost host, KeeperFolder folder, ServiceCommand command, string token)
    {
        int output = PrivateFile.OpenToAppend(host.Files.File("out"));
        int pid = CommandStart.Spawn(command, Adoption.Marks(folder, "web", token), null, output);
        Descriptors.Close(output);
        return pid;
    }

    private static async Task IsNotTaken(KeeperHost host, int pid)
    {
        try
        {
            host.Start();
            (await host.Is("web", ServiceState.Up)).Pid.Should().NotBe(pid);
            await host.Keeper.StopAsync();
            KeeperHost.Runs(pid).Should().BeTrue("it is none of the keeper's");
        }
        finally
        {
            Children.KillGroup(pid);
            Children.Reap(pid);
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_number_of_another_boot_or_of_another_process_is_not_taken_for_the_service(bool isOtherBoot, bool isOtherProcess)
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        var folder = KeeperFolder.Prepare(host.Options.Folder!);
        long start = ProcFs.StartTime(Environment.ProcessId) + (isOtherProcess ? 1 : 0);
        new StoredState { Kind = ServiceKind.Foreground, Phase = StoredPhase.Running, Process = new SeenProcess(Environment.ProcessId, start), Boot = isOtherBoot ? "another" : ProcFs.BootId() }.Write(folder.State("web"));
        host.Start();
        (await host.Is("web", ServiceState.Up)).Pid.Should().NotBe(Environment.ProcessId);
    }

    [Fact]
    public async Task A_state_file_that_cannot_be_read_is_said_and_the_service_is_started()
    {
        await using var host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000"));
        File.WriteAllText(KeeperFolder.Prepare(host.Options.Folder!).State("web"), "{ torn");
        host.Start();
        await host.Log.Says("state that an earlier keeper has left is not used");
        await host.Is("web", ServiceState.Up);
    }

    [Fact]
    public async Task A_second_keeper_of_the_folder_is_refused_with_the_first_ones_number()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        FluentActions.Invoking(() => new ServiceKeeper(host.Options).Start()).Should().Throw<ProcManagerException>()
            .WithMessage(string.Create(CultureInfo.InvariantCulture, $"*pid {Environment.ProcessId}*"));
        await host.Is("web", ServiceState.Up);
    }

    [Fact]
    public async Task A_pause_outlives_the_keeper_and_the_last_death_is_remembered()
    {
        await using KeeperHost host = new KeeperHost(KeeperHost.Foreground("web", "exec sleep 1000")).Start();
        ServiceStatus up = await host.Is("web", ServiceState.Up);
        host.Keeper.Pause("web");
        KeeperHost.Signal(up.Pid!.Value, "KILL");
        await host.Is("web", static s => s.LastDeath is not null, "dead");
        await host.Keeper.StopAsync();
        host.Start();
        ServiceStatus paused = await host.Is("web", ServiceState.Paused);
        paused.LastDeath!.Reason.Should().Contain("SIGKILL");
        host.Keeper.Resume("web");
        await host.Is("web", ServiceState.Up);
    }

    private static Process KeeperOf(string definitions)
    {
        string program = typeof(LaterKeepers).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "TestKeeper").Value!;
        return Process.Start(new ProcessStartInfo(program, [definitions]) { RedirectStandardOutput = true })!;
    }
}
