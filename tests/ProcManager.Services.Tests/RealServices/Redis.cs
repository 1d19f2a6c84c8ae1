using System.Globalization;
using ProcManager.Services.Tests.Keeping;

namespace ProcManager.Services.Tests.RealServices;

/// <summary>redis-server: a port, in the foreground and detached.</summary>
[Trait("Row", "E7")]
public sealed class Redis
{
    [Fact]
    public async Task Foreground_redis_that_is_killed_comes_back_on_its_port_and_has_a_snapshot_and_a_log()
    {
        await using var daemons = new Daemons();
        int port = Daemons.FreePort();
        ServiceDefinition redis = daemons.Redis("redis", port, ServiceKind.Foreground);
        redis.Checks.Add(new TcpCheck { Port = port });
        redis.SnapshotCommands.Add(ServiceCommand.Shell($"redis-cli -p {port} ping"));
        daemons.Host.Start();
        ServiceStatus first = await daemons.Host.Is("redis", ServiceState.Up);
        TestProcess.Run("redis-cli", "-p", port.ToString(CultureInfo.InvariantCulture), "ping").Should().Be("PONG");
        KeeperHost.Signal(first.Pid!.Value, "KILL");
        ServiceStatus again = await daemons.Host.Is("redis", s => s.State == ServiceState.Up && s.Pid != first.Pid && s.LastDeath?.Snapshot is not null, "up again, with a snapshot");
        again.LastDeath!.Reason.Should().Be("it was ended by SIGKILL");
        File.ReadAllText(again.LastDeath.Snapshot + "/summary.txt").Should().Contain("service:   redis").And.Contain("SIGKILL");
        File.ReadAllText(again.LastDeath.Snapshot + "/log.txt").Should().Contain("Ready to accept connections");
        File.ReadAllText(again.LastDeath.Snapshot + "/command-1.txt").Should().StartWith($"$ /bin/sh -c redis-cli -p {port} ping\n");
        daemons.Host.Files.Read("keeper/logs/redis.log").Should().Contain("Redis is starting");
    }

    [Fact]
    public async Task Detached_redis_survives_the_keeper_and_is_stopped_and_started_by_an_operators_restart()
    {
        await using var daemons = new Daemons();
        int port = Daemons.FreePort();
        ServiceDefinition redis = daemons.Redis("redis", port, ServiceKind.Detached);
        redis.Checks.Add(new PidFileCheck { Path = daemons.Folder + "/redis.pid" });
        redis.Checks.Add(new TcpCheck { Port = port });
        daemons.Host.Start();
        int first = (await daemons.Host.Is("redis", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid!.Value;
        await daemons.Host.Keeper.StopAsync();
        KeeperHost.Runs(first).Should().BeTrue();
        daemons.Host.Start();
        (await daemons.Host.Is("redis", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid.Should().Be(first);
        daemons.Host.Keeper.Restart("redis");
        (await daemons.Host.Is("redis", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != first, "restarted")).Pid.Should().Be(daemons.Pid("redis.pid"));
        KeeperHost.Runs(first).Should().BeFalse();
    }

    [Fact]
    public async Task Of_two_with_one_process_name_the_one_that_died_is_restarted_and_the_other_is_left_alone()
    {
        await using var daemons = new Daemons();
        string[] programs = [.. new[] { "a", "b" }.Select(n => Directory.CreateDirectory($"{daemons.Folder}/{n}").FullName + "/redis-server")];
        foreach (string program in programs)
        {
            TestProcess.Run("cp", new FileInfo("/usr/bin/redis-server").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "/usr/bin/redis-server", program);
            daemons.Redis(Path.GetFileName(Path.GetDirectoryName(program))!, Daemons.FreePort(), ServiceKind.Detached, program).Checks.Add(new ExecutableCheck { Path = program });
        }

        daemons.Host.Start();
        int a = (await daemons.Host.Is("a", s => s is { State: ServiceState.Up, Pid: { } pid } && daemons.HasWritten("a.pid", pid), "up")).Pid!.Value;
        int b = (await daemons.Host.Is("b", s => s is { State: ServiceState.Up, Pid: { } pid } && daemons.HasWritten("b.pid", pid), "up")).Pid!.Value; // not the process that makes the daemon
        long restarts = daemons["b"].Restarts;
        KeeperHost.Signal(a, "KILL");
        await daemons.Host.Is("a", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != a, "restarted");
        daemons["b"].Should().BeEquivalentTo(new { Pid = b, State = ServiceState.Up, Restarts = restarts });
    }

    [Fact]
    public async Task A_pid_file_that_names_a_living_process_of_another_program_does_not_deceive_and_that_process_lives_on()
    {
        await using var daemons = new Daemons();
        using var other = new TestProcess("sleep", "1000");
        ServiceDefinition redis = daemons.Redis("redis", Daemons.FreePort(), ServiceKind.Detached);
        redis.Checks.Add(new PidFileCheck { Path = daemons.Folder + "/redis.pid", Executable = "/usr/bin/redis-server" });
        daemons.Write("redis.pid", other.Pid.ToString(CultureInfo.InvariantCulture));
        daemons.Host.Start();
        ServiceStatus up = await daemons.Host.Is("redis", ServiceState.Up);
        await daemons.Host.Log.Says($"names pid {other.Pid}, which runs /usr/bin/sleep, not /usr/bin/redis-server");
        daemons.Pid("redis.pid").Should().NotBe(other.Pid);
        KeeperHost.Signal(daemons.Pid("redis.pid"), "KILL");
        await daemons.Host.Is("redis", s => s.State == ServiceState.Up && s.Restarts > up.Restarts, "restarted");
        KeeperHost.State(other.Pid).Should().Be('S');
    }

    [Fact]
    public async Task A_stopped_redis_is_found_by_a_command_while_its_port_still_accepts()
    {
        await using var daemons = new Daemons();
        int port = Daemons.FreePort();
        ServiceDefinition redis = daemons.Redis("redis", port, ServiceKind.Detached);
        redis.Checks.Add(new PidFileCheck { Path = daemons.Folder + "/redis.pid" });
        redis.Checks.Add(new TcpCheck { Port = port });
        redis.Checks.Add(new CommandCheck { Command = new ServiceCommand("redis-cli", "-p", port.ToString(CultureInfo.InvariantCulture), "ping"), Timeout = TimeSpan.FromMilliseconds(500), Failures = 2 });
        daemons.Host.Start();
        int first = (await daemons.Host.Is("redis", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid!.Value;
        KeeperHost.Signal(first, "STOP");
        ServiceStatus again = await daemons.Host.Is("redis", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != first, "restarted");
        again.LastDeath!.Reason.Should().Contain("redis-cli did not end within 0.5 s and was killed");
        KeeperHost.Runs(first).Should().BeFalse();
        File.ReadAllText(again.LastDeath.Snapshot + "/process.txt").Should().Contain("State:\tT (stopped)");
        File.ReadAllText(again.LastDeath.Snapshot + "/sockets.txt").Should().Contain($"port {port} is held by pid {first}, ");
    }
}
