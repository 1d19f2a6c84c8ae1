using System.Diagnostics;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What systemd is told, by its real protocol.</summary>
[Trait("Row", "core")]
public sealed class SystemdService(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_told_when_the_pool_is_ready_reloads_and_stops(bool isAbstract)
    {
        using var systemd = new ServiceManager(isAbstract ? $"@procmanager-test-{Environment.ProcessId}" : _folder.File("notify.sock"));
        await using Managed managed = await Start(systemd, "--ProcessManager:ProcessCount=2", "--ProcessManager:StartTimeout=20s", "--ProcessManager:DieTimeout=30s", $"--config={Config("10ms")}");
        await systemd.Hears(@"^STATUS=starting 0 workers\|EXTEND_TIMEOUT_USEC=30000000$"); // StartTimeout, and what the manager may take
        await systemd.Hears(@"^STATUS=starting 2 workers\|EXTEND_TIMEOUT_USEC=30000000$");
        await systemd.Hears(@"^READY=1\|STATUS=2 workers, 0 busy; 0 requests; generation 1$");
        systemd.Messages.Should().NotContain(static m => m.Contains("RELOADING") || m.Contains("WATCHDOG"));

        long before = Stopwatch.GetTimestamp() / 1000;
        managed.Signal(Native.Hup);
        string reloading = await systemd.Hears("^RELOADING=1");
        Match time = Regex.Match(reloading, @"^RELOADING=1\|MONOTONIC_USEC=(\d+)\|STATUS=reloading to generation 2\|EXTEND_TIMEOUT_USEC=40000000$");
        time.Success.Should().BeTrue(reloading);
        long.Parse(time.Groups[1].Value).Should().BeInRange(before, Stopwatch.GetTimestamp() / 1000);
        (await systemd.Hears("^READY=1")).Should().Contain("generation 2");

        // systemctl reload waits for this answer, also when nothing is reloaded.
        Config("5");
        managed.Signal(Native.Hup);
        await systemd.Hears("^RELOADING=1");
        (await systemd.Hears("^READY=1")).Should().Contain("STATUS=the configuration is refused: ProcessManager:StartDelay is '5'");

        managed.Signal(Native.Term);
        (await systemd.Hears("^STOPPING=1")).Should().Be("STOPPING=1|STATUS=stopping 2 workers|EXTEND_TIMEOUT_USEC=40000000");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task It_is_told_of_a_stop_when_the_drain_delay_begins_and_then_no_more_that_the_pool_is_ready()
    {
        using var systemd = new ServiceManager(_folder.File("notify.sock"));
        await using Managed managed = await Start(systemd, "--ProcessManager:ProcessCount=1", "--ProcessManager:DieTimeout=30s", "--ProcessManager:DrainDelay=20s");
        await systemd.Hears("^READY=1");

        managed.Signal(Native.Term);
        (await systemd.Hears("^STOPPING=1")).Should().Be("STOPPING=1|STATUS=stopping in 20 s, still serving; 1 worker|EXTEND_TIMEOUT_USEC=60000000");
        Native.Send(managed.Workers[0], Native.Kill); // and replaced
        await managed.Log.FindCount(@"worker 0 \(pid \d+\) is ready", 2);
        managed.Signal(Native.Hup);
        await managed.Log.Find("a reload is ignored");
        managed.Signal(Native.Term);
        (await systemd.Hears("^STOPPING=1")).Should().Be("STOPPING=1|STATUS=stopping 1 worker|EXTEND_TIMEOUT_USEC=40000000");
        (await managed.Exit()).Should().Be(0);
        systemd.Messages.Should().ContainSingle(static m => m.StartsWith("READY=1", StringComparison.Ordinal)).And.NotContain(static m => m.StartsWith("RELOADING", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_watchdog_is_answered_by_a_loop_that_turns_and_by_no_other()
    {
        using var systemd = new ServiceManager(_folder.File("notify.sock"));
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Environment = new(systemd.Environment) { ["WATCHDOG_USEC"] = "400000" },
            Arguments = ["--ProcessManager:ProcessCount=1"],
        });
        await managed.Ready();
        await systemd.Hears("^READY=1");
        for (int i = 0; i < 3; i++)
        {
            await systemd.Hears(@"^WATCHDOG=1\|STATUS=1 worker, 0 busy; 0 requests; generation 1$");
        }

        (await managed.Client.Get("/env")).Should().NotContain("NOTIFY_SOCKET").And.NotContain("WATCHDOG_USEC");
        Native.Send(managed.Pid, Native.Stop);
        await Until.True(() => File.ReadAllText($"/proc/{managed.Pid}/status").Contains("State:\tT"), "the manager is stopped");
        int before = systemd.Messages.Count;
        await Task.Delay(1000); // more than its time
        systemd.Messages.Count.Should().BeLessThanOrEqualTo(before + 1, "one message may have been on its way");
        Native.Send(managed.Pid, Native.Cont);
        await systemd.Hears("^WATCHDOG=1.* 1 request;");
    }

    /// <summary>Of another process: sd_watchdog_enabled(3).</summary>
    [Fact]
    public async Task A_watchdog_of_another_process_and_an_address_of_another_kind_are_left_alone()
    {
        using var systemd = new ServiceManager(_folder.File("notify.sock"));
        await using (Managed managed = Managed.Launch(output, new Launch { Environment = new(systemd.Environment) { ["WATCHDOG_USEC"] = "20000", ["WATCHDOG_PID"] = "1" }, Arguments = ["--ProcessManager:ProcessCount=1"] }))
        {
            await managed.Ready();
            managed.Signal(Native.Hup);
            await systemd.Hears("^RELOADING=1");
            await systemd.Hears("^READY=1"); // a reload has taken more than that time
            systemd.Messages.Should().NotContain(static m => m.Contains("WATCHDOG"));
        }

        await using Managed other = Managed.Launch(output, new Launch { Environment = { ["NOTIFY_SOCKET"] = "vsock:2:1234" }, Arguments = ["--ProcessManager:ProcessCount=1"] });
        await other.Ready();
        await other.Log.Find("NOTIFY_SOCKET is 'vsock:2:1234', so systemd is not told of this service");
    }

    [Fact]
    public async Task A_socket_that_is_gone_stops_nothing_and_is_told_once()
    {
        var systemd = new ServiceManager(_folder.File("notify.sock"));
        await using Managed managed = await Start(systemd, "--ProcessManager:ProcessCount=1", "--events=yes");
        await systemd.Hears("^READY=1");
        systemd.Dispose();
        File.Delete(_folder.File("notify.sock"));
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Count("systemd cannot be told of this service").Should().Be(1);
    }

    /// <summary>By systemd's own tool, which binds the socket and starts the program at the first connection.</summary>
    [Fact]
    public async Task A_socket_that_systemd_has_bound_goes_to_the_listener_of_its_name()
    {
        int port = Native.FreePort();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["systemd-socket-activate", "-l", $"127.0.0.1:{port}", "-l", _folder.File("other.sock"), "--fdname=http:other", "-E", Managed.Mark, "-E", "DOTNET_ROOT"],
            Program = Places.TestWorker,
            Arguments = ["--port=0", "--ProcessManager:ProcessCount=2", "--ProcessManager:StartLeisure=0"],
        });
        using var client = new Client($"127.0.0.1:{port}");
        await managed.Log.Find("Listening on .*other.sock");
        Task<string> first = client.Get("/");
        await managed.Serving();
        (await first).Should().StartWith("Hello", "the connection that started it is not lost");
        await managed.Log.Find($@"listening on 127\.0\.0\.1:{port} \(""http"", bound by systemd, passed on as descriptor 3\)");
        await managed.Log.Find(@"systemd has passed on the socket 'other' \(descriptor 4\), and no listener takes it");
        string environment = await client.Get("/env");
        environment.Should().NotContain("LISTEN_FDS").And.NotContain("LISTEN_PID");
        (await client.Get("/fds")).Should().NotContain("other.sock");

        // Like any listener: it stays while workers come and go.
        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        (await client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Managed> Start(ServiceManager systemd, params string[] switches)
    {
        Managed managed = Managed.Launch(output, new Launch { Environment = systemd.Environment, Arguments = switches });
        await managed.Ready();
        return managed;
    }

    private string Config(string startDelay)
    {
        File.WriteAllText(_folder.File("app.json"), $$"""{ "ProcessManager": { "StartDelay": "{{startDelay}}", "CanaryTime": "0", "StartLeisure": "0" } }""");
        return _folder.File("app.json");
    }
}
