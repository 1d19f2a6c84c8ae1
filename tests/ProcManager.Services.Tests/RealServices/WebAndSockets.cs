using ProcManager.Posix;
using ProcManager.Services.Checks;
using ProcManager.Services.Tests.Keeping;

namespace ProcManager.Services.Tests.RealServices;

/// <summary>nginx with its pid file and a page, php-fpm with a unix socket, and a web server that hangs.</summary>
[Trait("Row", "E7")]
public sealed class WebAndSockets
{
    [Fact]
    public async Task Nginx_is_started_found_by_its_pid_file_and_its_page_and_started_again_after_its_end()
    {
        await using var daemons = new Daemons();
        daemons.Nginx(Daemons.FreePort());
        daemons.Host.Start();
        int first = (await daemons.Host.Is("nginx", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid!.Value;
        first.Should().Be(daemons.Pid("nginx.pid"));
        KeeperHost.Signal(first, "TERM");
        ServiceStatus again = await daemons.Host.Is("nginx", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != first, "up again");
        again.LastDeath!.Reason.Should().NotBeEmpty();
        (await daemons.Host.Told.Comes(ServiceChange.Recovered)).Service.Should().Be("nginx");
    }

    [Fact]
    public async Task A_worker_of_a_killed_nginx_that_keeps_the_port_is_named_in_the_snapshot_and_ended_before_the_start()
    {
        await using var daemons = new Daemons();
        int port = Daemons.FreePort();
        daemons.Nginx(port);
        daemons.Host.Start();
        int master = (await daemons.Host.Is("nginx", static s => s is { State: ServiceState.Up, Pid: not null }, "up")).Pid!.Value;
        int worker = ProcFs.Children(master).Single();
        KeeperHost.Signal(master, "KILL");
        ServiceNotice down = await daemons.Host.Told.Comes(ServiceChange.Down);
        await daemons.Host.Is("nginx", s => s.State == ServiceState.Up && s.Pid is not null && s.Pid != master, "up again");
        File.ReadAllText(down.Snapshot + "/sockets.txt").Should().Contain($"port {port} is held by pid {worker}, /usr/sbin/nginx");
        KeeperHost.Runs(worker).Should().BeFalse();
    }

    [Fact]
    public async Task Php_fpm_is_found_by_its_unix_socket()
    {
        await using var daemons = new Daemons();
        string program = Directory.GetFiles("/usr/sbin", "php-fpm*").Order().First();
        string socket = daemons.Folder + "/fpm.sock";
        string user = Environment.IsPrivilegedProcess ? "user = nobody\ngroup = nogroup" : "";
        string configuration = daemons.Write("fpm.conf", $"[global]\npid = {daemons.Folder}/fpm.pid\nerror_log = {daemons.Folder}/fpm.log\n[www]\nlisten = {socket}\n{user}\npm = static\npm.max_children = 1\n");
        daemons.Add(new ServiceDefinition
        {
            Name = "fpm",
            Kind = ServiceKind.Foreground,
            Start = new ServiceCommand(program, "--nodaemonize", "--fpm-config", configuration),
            Checks = { new UnixSocketCheck { Path = socket } },
        });
        daemons.Host.Start();
        ServiceStatus first = await daemons.Host.Is("fpm", ServiceState.Up);
        (await Probes.Of(new UnixSocketCheck { Path = socket }).CheckAsync(default)).Passed.Should().BeTrue();
        KeeperHost.Signal(first.Pid!.Value, "TERM");
        await daemons.Host.Is("fpm", s => s.State == ServiceState.Up && s.Pid != first.Pid, "up again");
        await Until.True(() => Probes.Of(new UnixSocketCheck { Path = socket }).CheckAsync(default).AsTask().Result.Passed, "its socket accepts again");

        // A socket without its program: the file stays, and no connection is accepted.
        File.Delete(socket);
        (await daemons.Host.Is("fpm", s => s.LastDeath?.Reason.Contains("fpm.sock", StringComparison.Ordinal) == true, "found by its socket")).Restarts.Should().BeGreaterThan(first.Restarts);
        await daemons.Host.Is("fpm", static s => s.State == ServiceState.Up, "up again");
    }

    [Fact]
    public async Task A_stopped_web_server_is_found_by_its_page_and_its_port_accepts_until_its_queue_is_full()
    {
        await using var daemons = new Daemons();
        int port = Daemons.FreePort();
        ServiceDefinition web = daemons.Add(new ServiceDefinition
        {
            Name = "web",
            Kind = ServiceKind.Foreground,
            Start = new ServiceCommand("/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", port.ToString(System.Globalization.CultureInfo.InvariantCulture)) { Directory = daemons.Folder },
            Checks = { new HttpCheck { Url = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromMilliseconds(500), Failures = 2 } },
        });
        daemons.Host.Start();
        await Until.True(() => Probes.Of(new TcpCheck { Port = port }).CheckAsync(default).AsTask().Result.Passed, "the port accepts");
        ServiceStatus first = await daemons.Host.Is("web", ServiceState.Up);
        daemons.Host.Keeper.Pause("web");
        KeeperHost.Signal(first.Pid!.Value, "STOP");
        IServiceProbe tcp = Probes.Of(new TcpCheck { Port = port, Timeout = TimeSpan.FromMilliseconds(200) });
        (await tcp.CheckAsync(default)).Passed.Should().BeTrue("the kernel accepts for the stopped program");
        int passed = 0;
        while (passed < 100 && (await tcp.CheckAsync(default)).Passed)
        {
            passed++;
        }

        passed.Should().BeLessThan(100, "the connections of the checks fill its queue");
        daemons.Host.Keeper.Resume("web");
        ServiceStatus again = await daemons.Host.Is("web", s => s.State == ServiceState.Up && s.Pid != first.Pid && s.LastDeath is not null, "restarted");
        again.LastDeath!.Reason.Should().Contain($"http://127.0.0.1:{port}/ did not answer within 0.5 s");
        KeeperHost.Runs(first.Pid.Value).Should().BeFalse();
    }
}
