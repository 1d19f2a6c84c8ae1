using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The option Detach: the program leaves the terminal, and the one who started it learns how the start went.</summary>
[Trait("Row", "D11")]
public sealed class DetachedStart(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();
    private int _daemon;

    private string Log => _folder.File("app.log");

    private string PidFile => _folder.File("app.pid");

    private string SocketPath => _folder.File("app.sock");

    [Fact]
    public async Task It_ends_with_0_when_all_first_workers_are_ready_and_the_pool_goes_on_in_a_session_of_its_own()
    {
        await using Managed managed = Launch("--ProcessManager:ProcessCount=2", $"--ProcessManager:LogFile={Log}");
        (await managed.Exit()).Should().Be(0);
        Daemon().Should().NotBe(managed.StartedPid);
        File.ReadAllText(Log).Should().Contain("all 2 workers are ready");
        (await Client.Get("/")).Should().StartWith("Hello");
        string[] stat = Native.ReadOrEmpty($"/proc/{_daemon}/stat").Split(") ")[1].Split(' ');
        stat[3].Should().Be($"{_daemon}", "it leads a session");
        stat[4].Should().Be("0", "it has no terminal");
        foreach (int fd in (int[])[0, 1, 2])
        {
            new FileInfo($"/proc/{_daemon}/fd/{fd}").LinkTarget.Should().Be(fd == 0 ? "/dev/null" : Log);
        }

        Native.Send(_daemon, Native.Hup);
        await Until.True(() => File.ReadAllText(Log).Contains("reload to generation 2 succeeded", StringComparison.Ordinal), "it reloads");
        File.Delete(SocketPath);
        Native.Send(_daemon, Native.Hup);
        await Until.True(() => File.ReadAllText(Log).Contains("reload to generation 3 succeeded", StringComparison.Ordinal), "it reloads again");
        (await Client.Get("/")).Should().StartWith("Hello", "the socket was bound again, as by the process that bound it first");
        await Stop();
        File.Exists(SocketPath).Should().BeFalse("the file goes with the manager");
        File.Exists(PidFile).Should().BeFalse();
    }

    [Fact]
    public async Task Without_a_log_file_it_holds_nothing_of_the_terminal()
    {
        await using Managed managed = Launch("--ProcessManager:ProcessCount=1");
        (await managed.Exit()).Should().Be(0); // also says that the pipes of the test are closed
        Daemon();
        managed.Log.Lines.Should().Contain(static l => l.EndsWith("ready: 1 worker", StringComparison.Ordinal), "up to the end of the start its messages are seen");
        new FileInfo($"/proc/{_daemon}/fd/2").LinkTarget.Should().Be("/dev/null");
        await Stop();
    }

    [Fact]
    public async Task Started_in_a_terminal_it_outlives_it()
    {
        using var terminal = new Pty(output);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Arguments("--ProcessManager:ProcessCount=1", $"--ProcessManager:LogFile={Log}"), Wrapper = ["setsid", "--wait", "/bin/sh", "-c", $"exec \"$0\" \"$@\" <{terminal.Path} >{terminal.Path} 2>&1"] });
        (await managed.Exit()).Should().Be(0);
        Daemon();
        terminal.Dispose(); // a hang-up for what is left in its session
        (await Client.Get("/")).Should().StartWith("Hello");
        await Stop();
    }

    [Theory]
    [InlineData("--ProcessManager:StartDelay=2h", 78, "ProcessManager:StartDelay is 2h; allowed: 0s to 1h*")]
    [InlineData("--ProcessManager:LogFile=/no/such/folder/x", 78, "*cannot be opened*")]
    [InlineData("--boot=abort", 1, "giving up: no worker of*ever became ready*")]
    [InlineData("--boot=abort --ProcessManager:LogFile=LOG", 1, "giving up: no worker ever became ready, the last failure: worker 0 ended with SIGABRT before it was ready. The log file*says more")]
    public async Task A_start_that_fails_says_why_where_it_was_started(string arguments, int code, string message)
    {
        await using Managed managed = Launch([.. arguments.Replace("LOG", Log, StringComparison.Ordinal).Split(' '), "--ProcessManager:ProcessCount=1", "--ProcessManager:CrashLimit=1"]);
        (await managed.Exit()).Should().Be(code);
        managed.Log.Lines.Should().Contain(l => IsLike(l, message));
        File.Exists(PidFile).Should().BeFalse();
    }

    [Fact]
    public async Task A_pid_file_that_cannot_be_written_is_refused_where_it_was_started()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:Detach=true", "--ProcessManager:PidFile=/no/such/folder/pid", $"--socket={SocketPath}"] });
        (await managed.Exit()).Should().Be(78);
        managed.Log.Lines.Should().Contain(static l => l.Contains("ProcessManager:PidFile cannot be written, and with Detach it is how the process is found: open(/no/such/folder/pid)"));
    }

    [Fact]
    public async Task A_second_start_is_refused_where_it_was_started()
    {
        await using Managed first = Launch("--ProcessManager:ProcessCount=1");
        (await first.Exit()).Should().Be(0);
        Daemon();
        await using Managed second = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:Detach=true", $"--ProcessManager:PidFile={PidFile}", $"--ProcessManager:LogFile={Log}"] });
        (await second.Exit()).Should().Be(1);
        second.Log.Lines.Should().Contain(l => l.Contains($"is held by a running manager (pid {_daemon})", StringComparison.Ordinal));
        await Stop();
    }

    [Fact]
    public async Task A_Ctrl_C_during_the_start_stops_the_detached_manager()
    {
        await using Managed managed = Launch("--ProcessManager:ProcessCount=1", "--boot=hang", "--ProcessManager:DieTimeout=200ms");
        await managed.Log.Find(@"worker 0 \(pid \d+\) was started");
        Native.Send(managed.StartedPid, Native.Int);
        (await managed.Exit()).Should().Be(1);
        File.Exists(PidFile).Should().BeFalse();
    }

    [Fact]
    [Trait("Row", "D4")]
    public async Task A_plain_process_detaches_too()
    {
        await using Managed managed = Launch("--ProcessManager:ProcessCount=0", $"--ProcessManager:LogFile={Log}");
        (await managed.Exit()).Should().Be(0);
        _daemon = int.Parse(await Client.Get("/pid"), CultureInfo.InvariantCulture);
        _daemon.Should().NotBe(managed.StartedPid);
        await Client.Get("/print?x=written\\n");
        await Until.True(() => File.ReadAllText(Log).Contains("written\n", StringComparison.Ordinal), "it writes to the log file");
        await Client.Get("/leave");
        await Until.True(() => !Native.IsAlive(_daemon), "it has left");
    }

    [Fact]
    public async Task As_a_service_of_systemd_it_stays()
    {
        using var systemd = new ServiceManager(_folder.File("notify.sock"));
        await using Managed managed = Managed.Launch(output, new Launch { Environment = new(systemd.Environment), Arguments = Arguments("--ProcessManager:ProcessCount=1") });
        await managed.Log.Find("Detach has no effect as a service of systemd");
        await managed.Log.Find("ready: 1 worker");
        Native.Send(managed.StartedPid, Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsLike(string line, string pattern) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression("*" + pattern, line, ignoreCase: false);

    private Client Client => new(SocketPath);

    private string[] Arguments(params string[] switches) => [.. switches, "--ProcessManager:Detach=true", $"--ProcessManager:PidFile={PidFile}", $"--socket={SocketPath}"];

    private Managed Launch(params string[] switches) => Managed.Launch(output, new Launch { Arguments = Arguments(switches) });

    private int Daemon() => _daemon = int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);

    private async Task Stop()
    {
        Native.Send(_daemon, Native.Term);
        await Until.True(() => !Native.IsAlive(_daemon), "the detached manager has ended");
    }
}
