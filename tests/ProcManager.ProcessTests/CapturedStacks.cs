using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The sample WorkerZoo with the package ProcManager.Diagnostics: where a hung worker hangs, method by method.</summary>
[Trait("Row", "B8")]
public class CapturedStacks(ITestOutputHelper output)
{
    [Theory]
    [InlineData("/hang", "Blocked", "Program.*Answer")]
    [InlineData("/deadlock", "Blocked", @"Monitor\.Enter")]
    [InlineData("/spin?ms=600000", "Spinning", "Program.*Answer")]
    public async Task The_log_has_the_method_that_hangs(string path, string kind, string method)
    {
        await using Managed managed = await Zoo("--ProcessManager:WatchdogLadder=Log, Capture, Kill");
        Task<Answer> lost = managed.Client.GetAnswer(path);
        await managed.Log.Find($@"is hung \({kind}\): GET {Regex.Escape(path)} from");
        await managed.Log.Find(@"hangs here: \d+ threads of process \d+");
        await managed.Log.Find($"^    .*{method}");
        await managed.Log.Find(@"ended with SIGKILL \(Hung\)");
        await FluentActions.Awaiting(() => lost).Should().ThrowAsync<IOException>();
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    /// <summary>The worker need not be hung, and goes on.</summary>
    [Fact]
    public async Task An_operator_asks_for_the_stacks_of_a_worker()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Zoo($"--ProcessManager:ControlSocket={folder.File("control.sock")}", "--ProcessManager:RequestTimeout=off");
        using ControlClient client = await ControlClient.Connect(folder.File("control.sock"));
        int worker = managed.Workers.Single();
        Task hanging = managed.Client.Lost("/hang");
        System.Text.Json.JsonElement answer;
        do
        {
            answer = (await client.Ask("""{"command":"stacks","slot":0}""")).Item1;
            answer.GetProperty("result").GetString().Should().MatchRegex(@"threads of process \d+");
        }
        while (!Regex.IsMatch(answer.GetProperty("result").GetString()!, "Program.*Answer")); // the request may be on its way

        managed.Workers.Should().Equal(worker);
        Native.Send(worker, Native.Stop);
        await Until.True(() => File.ReadAllText($"/proc/{worker}/status").Contains("State:\tT"), "it is stopped");
        answer = (await client.Ask("""{"command":"stacks","slot":0}""")).Item1;
        answer.GetProperty("result").GetString().Should().StartWith("The worker is stopped, so its runtime gives no stacks.");
        Native.Send(worker, Native.Cont);
        Native.Send(worker, Native.Kill);
        await hanging;
    }

    [Fact]
    public async Task A_stopped_process_gives_nothing_in_time_and_that_is_said()
    {
        await using Managed managed = await Zoo("--ProcessManager:WatchdogLadder=Log, Capture, Kill", "--ProcessManager:CaptureTimeout=00:00:02", "--ProcessManager:RequestTimeout=00:00:03");
        int worker = managed.Workers.Single();
        using ClientConnection connection = await managed.Client.Connect();
        TimeSpan before = Pool.CpuTime(worker);
        await connection.Send("/spin?ms=600000");
        await Until.True(() => Pool.CpuTime(worker) - before > TimeSpan.FromMilliseconds(100), "it is in the request");
        Native.Send(worker, Native.Stop);
        await managed.Log.Find(@"is hung \(Stopped\)");
        await managed.Log.Find(@"hangs here: .*(?:stopped|the capture gave nothing)");
        await managed.Log.Find(@"ended with SIGKILL \(Hung\)");
    }

    [Fact]
    public async Task One_that_is_killed_leaves_no_folder_behind()
    {
        await using Managed managed = await Zoo("--ProcessManager:WatchdogLadder=Log, Capture, Kill", "--ProcessManager:CaptureTimeout=00:00:01");
        int worker = managed.Workers.Single();
        string[] Folders() => Directory.GetDirectories(Path.GetTempPath(), $"procmanager-stacks-*{worker}-*");
        Task<Answer> lost = managed.Client.GetAnswer("/hang");
        await managed.Log.Find(@"is hung \(Blocked\)");
        Native.Send(worker, Native.Stop); // so that the capture is still in the middle when it is stopped itself
        await Until.True(() => Folders().Length == 1, "the capture has begun");
        int capture = managed.Workers.Single(p => Native.ReadOrEmpty($"/proc/{p}/environ").Contains("PROCMANAGER_CAPTURE=", StringComparison.Ordinal));
        Native.Send(capture, Native.Stop);
        await managed.Log.Find("hangs here: the capture gave nothing");
        await Until.True(() => Native.State(capture) is null, "it was killed and reaped");
        await Until.True(() => Folders().Length == 0, "its folder is gone");
        await FluentActions.Awaiting(() => lost).Should().ThrowAsync<IOException>();
    }

    /// <summary>Also where the runtime writes dumps of crashes: this one is none.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    public async Task A_dump_is_written_where_the_option_says(string? dumpsOfCrashes)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Zoo(new Dictionary<string, string?> { ["DOTNET_DbgEnableMiniDump"] = dumpsOfCrashes }, "--ProcessManager:WatchdogLadder=Log, Dump, Kill", $"--ProcessManager:CaptureFolder={folder.Path}", "--ProcessManager:CaptureTimeout=00:00:30");
        Task<Answer> lost = managed.Client.GetAnswer("/hang");
        string file = (await managed.Log.Find(@"where it hangs is in (\S+)")).Groups[1].Value;
        string dump = Directory.GetFiles(folder.Path, "*.dmp").Should().ContainSingle().Subject;
        new FileInfo(dump).Length.Should().BeGreaterThan(1 << 20);
        File.ReadAllText(file).Should().Contain(Path.GetFileName(dump));
        await FluentActions.Awaiting(() => lost).Should().ThrowAsync<IOException>();
        await managed.Log.Find(@"ended with SIGKILL \(Hung\)");
        managed.Count("has begun to crash").Should().Be(0);
    }

    private Task<Managed> Zoo(params string[] switches) => Zoo(new Dictionary<string, string?>(), switches);

    private async Task<Managed> Zoo(Dictionary<string, string?> environment, params string[] switches)
    {
        Managed managed = Managed.Launch(output, new Launch
        {
            Program = Places.WorkerZoo,
            Environment = environment,
            Arguments = ["--port=0", "--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=00:00:01", .. switches],
        });
        await managed.Ready();
        return managed;
    }
}
