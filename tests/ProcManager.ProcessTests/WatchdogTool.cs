using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary><c>procman watchdog</c>: a program of its own that watches a pool from outside, by the control socket or a status page.</summary>
[Trait("Row", "B4")]
[Trait("Row", "B5")]
[Trait("Row", "B6")]
[Trait("Row", "B7")]
public sealed class WatchdogTool : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TempFolder _folder = new();
    private readonly WatchdogPrograms _programs;

    public WatchdogTool(ITestOutputHelper output)
    {
        _output = output;
        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _programs = new WatchdogPrograms(output, _folder);
    }

    [Theory]
    [InlineData("sync", "GET /hang?x=1")]
    [InlineData("concurrent", "connection")]
    public async Task A_worker_that_hangs_gets_TERM_then_KILL_and_is_replaced_while_other_requests_come_and_go(string loop, string request)
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", $"--loop={loop}", "--events=yes");
        LineLog watchdog = _programs.Watch("run", "shop", "--timeout", "1s", "--grace", "100ms", "--verbose", "--command", "exec sleep 600");
        Task lost = managed.Client.Lost("/hang?x=1");
        var load = new Load(managed.Client, keep: false, clients: 2);

        Match hangs = await watchdog.Find($@"worker (\d) \(pid (\d+)\) of shop hangs: its request has taken (\d+(?:\.\d+)?) s, the limit is 1 s; it gets TERM: {Regex.Escape(request)} from 127\.0\.0\.1:\d+$");
        double.Parse(hangs.Groups[3].ValueSpan, CultureInfo.InvariantCulture).Should().BeGreaterThanOrEqualTo(1, "it is never early");
        await watchdog.Find($@"worker {hangs.Groups[1]} \(pid {hangs.Groups[2]}\) of shop has not ended within 0\.1 s and gets KILL: ");
        await managed.Log.Find($"^event exited {hangs.Groups[1]} {hangs.Groups[2]} cause=AskedByOther code= signal=9");
        await watchdog.Find($@"worker {hangs.Groups[1]} \(pid {hangs.Groups[2]}\) of shop has ended$");
        await managed.Log.FindCount("^event ready", 3);
        await lost;
        load.Answered.Should().BePositive();
        await load.End(kill: int.MaxValue);
        Count(watchdog, "hangs").Should().Be(1, "the other requests were short");

        Native.Send(_programs.Last.Id, Native.Term);
        await watchdog.Find($@"the command for worker {hangs.Groups[1]} \(pid {hangs.Groups[2]}\) is killed: the watchdog ends$");
        await watchdog.Find("the watchdog of shop ends$");
    }

    [Fact]
    public async Task A_worker_whose_requests_change_and_an_idle_one_are_left_alone()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=2", "--events=yes");
        LineLog watchdog = _programs.Watch("run", "shop", "--timeout", "1200ms", "--signal", "KILL", "--debug", "2");
        await watchdog.Find("sample of shop: 2 workers, 0 in a request");
        for (int i = 0; i < 4; i++)
        {
            await managed.Client.Get("/sleep?ms=400");
        }

        await watchdog.Find("sample of shop: 2 workers, 1 in a request");
        Count(watchdog, "hangs").Should().Be(0);
        managed.Count("^event exited").Should().Be(0);
    }

    [Fact]
    public async Task By_a_status_page_it_reports_and_calls_the_command_once_and_kills_nothing()
    {
        const string Token = "a-token-of-24-characters";
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--ProcessManager:Status:EndPoint=127.0.0.1:0", $"--ProcessManager:Status:Token={Token}", "--events=yes");
        string page = (await managed.Log.Find(@"the status page is at (http://\S+?)/?$")).Groups[1].Value;
        string facts = _folder.File("facts");
        LineLog refused = _programs.Watch("run", "--url", $"{page}/status.json", "--timeout", "500ms", "--lock-file", _folder.File("other.lock"));
        await refused.Find($"the status of {page}/status.json cannot be fetched, and nothing is counted meanwhile: {page}/status.json answers 401");

        LineLog watchdog = _programs.Watch("run", "--url", $"{page}/status.json", "--token-file", _folder.Write("token", Token + "\n"), "--timeout", "500ms", "--grace", "0", "--debug", "2", "--command", $"env | grep ^PROCMAN_ | sort >>{facts}; exit 3");
        Task lost = managed.Client.Lost("/hang?x=1");
        await watchdog.Find(@"worker 0 \(pid \d+\) of shop hangs: its request has taken \S+ (ms|s), the limit is 0\.5 s$");
        await watchdog.Find(@"the command for worker 0 \(pid \d+\) ended with exit code 3$");
        await watchdog.FindCount("sample of shop", Count(watchdog, "sample of shop") + 3);
        string[] lines = await File.ReadAllLinesAsync(facts);
        lines.Select(static l => l.Split('=')[0]).Should().Equal("PROCMAN_CLIENT", "PROCMAN_PID", "PROCMAN_POOL", "PROCMAN_REQUEST", "PROCMAN_SECONDS", "PROCMAN_SLOT");
        lines.Should().Contain(["PROCMAN_POOL=shop", "PROCMAN_SLOT=0", $"PROCMAN_PID={managed.Workers.Single()}", "PROCMAN_REQUEST=GET /hang?x=1"]);
        managed.Count("^event exited").Should().Be(0);
        Native.Send(managed.Workers.Single(), Native.Kill);
        await watchdog.Find(@"worker 0 \(pid \d+\) of shop has ended");
        await lost;
    }

    /// <summary>Its numbers are those of other processes here.</summary>
    [Fact]
    public async Task A_worker_of_another_pid_namespace_is_only_reported()
    {
        await using Managed managed = Managed.Launch(_output, new Launch
        {
            Wrapper = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "/bin/sh", "-c", "\"$0\" \"$@\"; exit $?"],
            Arguments = ["--ProcessManager:ProcessTitle=shop", "--ProcessManager:ProcessCount=1", "--ProcessManager:DieTimeout=00:00:00.200", "--events=yes", "--commands=yes"],
            Environment = { ["XDG_RUNTIME_DIR"] = _folder.Path },
        });
        try
        {
            await managed.Ready();
            LineLog watchdog = _programs.Watch("run", "shop", "--timeout", "500ms", "--grace", "0", "--debug", "2");
            await watchdog.Find(@"the status of shop \(manager \d+\) is there: 1 worker; they are not of this machine or container, so hung ones are only reported$");
            _ = managed.Client.Lost("/hang");
            await watchdog.Find(@"worker 0 \(pid \d+\) of shop hangs: .* the limit is 0\.5 s$");
            await watchdog.FindCount("sample of shop", Count(watchdog, "sample of shop") + 3);
            managed.Count("^event exited").Should().Be(0);
        }
        finally
        {
            managed.Command("stop"); // no signal: its number is another process's here
            await managed.Exit();
        }
    }

    [Fact]
    public async Task A_manager_that_is_not_there_or_goes_is_no_error_and_told_once()
    {
        LineLog watchdog = _programs.Watch("run", "shop", "--timeout", "1s", "--debug", "2");
        await watchdog.FindCount("no sample of shop", 3);
        await using (Managed managed = await Start("--ProcessManager:ProcessCount=1"))
        {
            await watchdog.Find(@"the status of shop \(manager \d+\) is there: 1 worker$");
            managed.Signal(Native.Term);
            (await managed.Exit()).Should().Be(0);
        }

        await watchdog.FindCount("no sample of shop", Count(watchdog, "no sample of shop") + 3);
        Count(watchdog, "cannot be fetched").Should().Be(2, "once before the manager began and once after it ended");
        Native.Send(_programs.Last.Id, Native.Term);
        await watchdog.Find("the watchdog of shop ends");
        await _programs.Last.WaitForExitAsync();
        _programs.Last.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task In_the_background_it_runs_once_outlives_the_one_that_started_it_and_is_ended_and_restarted()
    {
        string log = _folder.Write("watchdog.log", "a line of yesterday\n");
        File.SetUnixFileMode(log, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string[] arguments = ["shop", "--timeout", "10s", "--log-file", log];
        int first = await _programs.StartInBackground("start", arguments);
        Session(first).Should().Be(first);
        Enumerable.Range(0, 3).Select(fd => new FileInfo($"/proc/{first}/fd/{fd}").LinkTarget).Should().AllBe("/dev/null");
        new FileInfo($"/proc/{first}/cwd").LinkTarget.Should().Be("/");

        (int code, _, string error) = await _programs.Call("start", [.. arguments]);
        code.Should().Be(1);
        error.Should().MatchRegex($@"^procman: a watchdog runs already \(pid {first}\): it holds {_folder.Path}/procmanager/watchdog-shop-[0-9a-f]{{8}}\.lock\.\n$");
        (await _programs.Call("run", [.. arguments])).Code.Should().Be(1);
        Native.IsAlive(first).Should().BeTrue();
        File.Move(log, log + ".1");

        int second = await _programs.StartInBackground("restart", arguments, $"The watchdog (pid {first}) has ended.\n");
        second.Should().NotBe(first);
        Native.IsAlive(first).Should().BeFalse();
        (await _programs.Call("stop", "shop")).Should().Be((0, $"The watchdog (pid {second}) has ended.\n", ""));
        Native.IsAlive(second).Should().BeFalse();
        (await _programs.Call("stop", "shop")).Code.Should().Be(2);

        (await File.ReadAllLinesAsync(log + ".1")).Should().HaveCount(3).And.StartWith("a line of yesterday");
        string[] lines = await File.ReadAllLinesAsync(log);
        lines[0].Should().EndWith("the watchdog of shop ends", "a file that was moved away is begun anew");
        lines.Count(static l => l.EndsWith("the watchdog of shop ends", StringComparison.Ordinal)).Should().Be(2);
        File.GetUnixFileMode(log).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_does_not_stop_it()
    {
        string log = Directory.CreateDirectory(_folder.File("logs")).FullName + "/watchdog.log";
        Process watchdog = _programs.Run(["run", "shop", "--timeout", "1s", "--debug", "2", "--log-file", log]);
        await Until.True(() => Native.ReadOrEmpty(log).Contains("no sample", StringComparison.Ordinal), "a line is there");
        Directory.Delete(Path.GetDirectoryName(log)!, recursive: true);
        File.WriteAllText(Path.GetDirectoryName(log)!, "no folder any more");
        Native.Send(watchdog.Id, Native.Term);
        await watchdog.WaitForExitAsync();
        watchdog.ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task A_symbolic_link_or_a_file_that_others_may_change_is_not_used()
    {
        string victim = _folder.Write("victim", "precious");
        string link = _folder.File("link");
        File.CreateSymbolicLink(link, victim);
        string open = _folder.Write("open", "");
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        foreach (string option in new[] { "--lock-file", "--log-file" })
        {
            (int code, _, string error) = await _programs.Call("start", "shop", "--timeout", "10s", option, link);
            code.Should().Be(2);
            error.Should().StartWith($"procman: {option}: open({link}), which is a symbolic link and is not followed, failed: ");
            (code, _, error) = await _programs.Call("run", "shop", "--timeout", "10s", option, open);
            code.Should().Be(2);
            error.Should().StartWith($"procman: {option}: open({open}), which other users may change and is not used, failed: ");
        }

        (await File.ReadAllTextAsync(victim)).Should().Be("precious");
    }

    [Theory]
    [InlineData("run", "Option '--timeout' is required.")]
    [InlineData("run --timeout 1s --interval 500ms", "--interval is '500ms'; allowed: 10ms to 100ms.")]
    [InlineData("start --timeout 1 --url ftp://host/", "--url is 'ftp://host/'; allowed: an address that begins with http:// or https://.")]
    [InlineData("stop shop --url http://host/", "--url and a pool of this machine exclude each other.")]
    [InlineData("run --timeout 1s --lock-file /tmp/a --log-file /tmp/a", "--log-file is '/tmp/a'; allowed: another file than --lock-file.")]
    [InlineData("run --timeout 1s --debug 3", "--debug is '3'; allowed: 0, 1 or 2.")]
    public async Task A_wrong_command_line_is_told_in_one_line(string line, string error)
    {
        (int code, _, string said) = await _programs.Call(line.Split(' ')[0], line.Split(' ')[1..]);
        code.Should().Be(64);
        said.Should().StartWith("procman: ").And.Contain(error);
    }

    public void Dispose()
    {
        _programs.Dispose();
        _folder.Dispose();
    }

    private static int Count(LineLog log, string text) => log.Lines.Count(l => l.Contains(text, StringComparison.Ordinal));

    private static int Session(int pid)
    {
        string stat = Native.ReadOrEmpty($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], CultureInfo.InvariantCulture);
    }

    private async Task<Managed> Start(params string[] switches)
    {
        Managed managed = Managed.Launch(_output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessTitle=shop", .. switches],
            Environment = { ["XDG_RUNTIME_DIR"] = _folder.Path },
        });
        await managed.Ready();
        return managed;
    }
}
