using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The tool in front of managers that do not answer, lie, or are no managers.</summary>
[Trait("Row", "D13")]
public sealed class ProcmanOddManagers(ITestOutputHelper output) : IDisposable
{
    private const string Event = """{"progress":{"event":"worker-started","time":"2026-11-27T14:00:00.0000000+00:00","slot":1,"pid":12,"generation":1}""";

    private readonly Procman _procman = new(output);

    [Fact]
    public async Task What_is_no_manager_or_takes_no_connection_is_named_with_the_reason()
    {
        using var noJson = new FakeManager($"{_procman.Sockets}/1.sock", "220 mail.example.org ESMTP");
        using var noGreeting = new FakeManager($"{_procman.Sockets}/2.sock", """{"jsonrpc":"2.0"}""");
        using var full = new FakeManager($"{_procman.Sockets}/3.sock", greeting: null);
        full.FillQueue();
        (int Code, string Out, string Error)[] said = await Task.WhenAll(
            _procman.Run("peek", "--control", noJson.Path), _procman.Run("peek", "--control", noGreeting.Path), _procman.Run("peek", "--control", full.Path), _procman.Run("peek", "nosuch"), _procman.Run("list"));
        said.Should().OnlyContain(static s => s.Code == 2);
        string[] reasons =
        [
            $"what listens at {noJson.Path} is no manager of ProcManager: it has sent no JSON.",
            $"what listens at {noGreeting.Path} is no manager of ProcManager: what it has sent is no greeting of a manager.",
            $"the manager at {full.Path} takes no connection within 3 s: its queue is full.",
        ];
        said[..3].Select(static s => s.Error).Should().Equal(reasons.Select(static r => $"procman: {r}\n"));
        said[3].Error.Should().StartWith("procman: no pool of this user is named 'nosuch' or has that pid.").And.Contain($"Not reached: {reasons[0]} {reasons[1]} {reasons[2]}");
        said[4].Error.Should().ContainAll(reasons);
    }

    [Fact]
    public async Task The_kernel_says_which_process_the_manager_is()
    {
        using var manager = new FakeManager($"{_procman.Sockets}/7.sock", FakeManager.Greeting(pid: 7), """{"ok":true,"result":"the pool runs"}""" + "\n");
        (int code, string said, string error) = await _procman.Run("peek", "--control", manager.Path);
        code.Should().Be(0);
        said.Should().Be("the pool runs");
        error.Should().Be($"procman: shop says that its pid is 7; here it is pid {Environment.ProcessId}. It runs in another pid namespace, as in a container, and so all pids that it tells are those of that namespace.\n");
        (await _procman.Run("peek", $"{Environment.ProcessId}")).Code.Should().Be(0);
        (await _procman.Run("peek", "7")).Code.Should().Be(2);
    }

    [Fact]
    public async Task Events_that_were_dropped_are_told_and_it_ends_when_nobody_reads_any_more()
    {
        using var manager = new FakeManager($"{_procman.Sockets}/7.sock", FakeManager.Greeting(Environment.ProcessId), $$"""{"ok":true}{{"\n"}}{{Event}}}{{"\n"}}{{Event}},"lost":3}{{"\n"}}""");
        (int code, string said, string error) = await _procman.Bash($"procman events --control {manager.Path} | head -2; echo ${{PIPESTATUS[0]}}"); // no further event comes
        code.Should().Be(0);
        error.Should().BeEmpty();
        said.Split('\n')[0].Should().EndWith(" worker-started slot 1 pid 12 generation 1");
        said.Split('\n')[1..].Should().Equal("3 events dropped here: more came than were read", "0", "");
        (await _procman.Bash($"procman events --json --control {manager.Path} | head -2")).Out.Should().EndWith("{\"lost\":3}\n");
    }

    [Fact]
    public async Task A_name_and_a_place_have_to_mean_the_same_pool()
    {
        await using Managed managed = await _procman.Start("shop", $"--ProcessManager:PidFile={_procman.Folder.File("shop.pid")}");
        string socket = $"{_procman.Sockets}/{managed.Pid}.sock";
        (await _procman.Run("stop", "mail", "--pid-file", _procman.Folder.File("shop.pid"))).Should().Be((64, "", $"procman: 'mail' is named, and --pid-file {_procman.Folder.File("shop.pid")} is shop (pid {managed.Pid}). Name one pool.\n"));
        (await _procman.Run("signal", "TERM", "mail", "--control", socket)).Should().Be((64, "", $"procman: 'mail' is named, and --control {socket} is shop (pid {managed.Pid}). Name one pool.\n"));
        (await _procman.Run("peek", "shop", "--pid-file", _procman.Folder.File("shop.pid"), "--control", socket)).Code.Should().Be(0);
    }

    [Fact]
    public async Task A_scoreboard_of_another_version_is_not_read()
    {
        string program = Programs.CopyTestWorker(_procman.Folder);
        File.Copy(Places.IncompatibleLibrary, Path.Combine(Path.GetDirectoryName(program)!, "ProcManager.dll"), overwrite: true);
        await using Managed managed = Managed.Launch(output, new Launch { Program = program, Arguments = ["--ProcessManager:ProcessCount=1"], Environment = { ["XDG_RUNTIME_DIR"] = _procman.Folder.Path } });
        await managed.Ready();
        await managed.StopManager();
        (int code, string said, string error) = await _procman.Run("status", "--control", $"{_procman.Sockets}/{managed.Pid}.sock");
        managed.Signal(Native.Cont);
        code.Should().Be(2);
        said.Should().BeEmpty();
        error.Should().Contain("does not answer within 3 s. Its scoreboard has another layout (version 30583; this tool reads version ");
    }

    [Fact]
    public async Task A_pool_that_is_stopping_changes_no_workers_and_its_end_is_awaited_on_kernels_without_pidfd_too()
    {
        await using Managed managed = await _procman.Start("shop");
        Task<string> waits = managed.Client.Get("/wait?file=go");
        await Until.True(() => File.Exists(_procman.Folder.File("go.begun")), "the request is under way");
        Task<(int Code, string Out, string Error)> stop = _procman.RunProgram(ToolWithoutPidFd(), "stop", $"{managed.Pid}");
        await managed.Log.Find("stopping: draining 2 workers");
        (await _procman.Run("scale", "3", $"{managed.Pid}")).Should().Be((1, "", "procman: The pool is stopping, so its workers are not changed any more.\n"));
        (await _procman.Run("recycle", "0", $"{managed.Pid}")).Error.Should().Be("procman: The pool is stopping, so its workers are not changed any more.\n");
        stop.IsCompleted.Should().BeFalse("a request is under way");
        File.WriteAllText(_procman.Folder.File("go"), "");
        await waits;
        (await stop).Should().Be((0, $"shop (pid {managed.Pid}) has ended.\n", ""));
        Native.IsAlive(managed.Pid).Should().BeFalse();
    }

    public void Dispose() => _procman.Dispose();

    private string ToolWithoutPidFd()
    {
        string folder = Directory.CreateDirectory(_procman.Folder.File("tool")).FullName;
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Places.Procman)!))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        string settings = Path.Combine(folder, "procman.runtimeconfig.json");
        File.WriteAllText(settings, File.ReadAllText(settings).Replace("\"configProperties\": {", "\"configProperties\": { \"ProcManager.NoPidFd\": true,", StringComparison.Ordinal));
        return Path.Combine(folder, "procman");
    }
}
