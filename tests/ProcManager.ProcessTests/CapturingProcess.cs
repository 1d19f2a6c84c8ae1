using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The process that looks into a hung worker: it may do what it likes, the ladder goes on in time.</summary>
[Trait("Row", "B8")]
public class CapturingProcess(ITestOutputHelper output)
{
    [Fact]
    public async Task It_knows_whom_to_look_into_and_its_text_is_in_the_log()
    {
        await using Managed managed = await Start("text");
        int worker = managed.Workers.Single();
        Task hanging = managed.Client.Lost("/hang");
        await managed.Log.Find($@"worker 0 \(pid {worker}\) hangs here: looked into {worker} within 1 s");
        await managed.Log.Find($"event exited 0 {worker} cause=Hung code= signal=9");
        await hanging;
    }

    [Fact]
    public async Task One_that_takes_too_long_is_killed_and_what_proc_tells_is_in_the_log_instead()
    {
        DateTime begun = DateTime.UtcNow.AddSeconds(-1);
        await using Managed managed = await Start("hang");
        int worker = managed.Workers.Single();
        Task hanging = managed.Client.Lost("/hang");
        int capturing = int.Parse((await managed.Log.Find(@"capturing in (\d+)")).Groups[1].Value);
        await managed.Log.Find($@"hangs here: the capture gave nothing; \d+ threads of process {worker}:");
        await managed.Log.Find($"event exited 0 {worker} cause=Hung code= signal=9");
        await Until.True(() => Native.State(capturing) is null, "the capturing process is reaped");
        await Until.True(() => Directory.GetFiles(Path.GetTempPath(), $"*-{capturing}-*").All(f => File.GetLastWriteTimeUtc(f) < begun), "what it left in the temp folder is removed"); // right after it was reaped
        await hanging;
    }

    [Theory]
    [InlineData("throw", "the capture failed: InvalidOperationException: asked to throw")]
    [InlineData("crash", @"the capture gave nothing; \d+ threads of process \d+:")]
    [InlineData("large", "x{1000}")]
    public async Task One_that_fails_harms_nobody(string capture, string text)
    {
        await using Managed managed = await Start(capture);
        Task hanging = managed.Client.Lost("/hang");
        await managed.Log.Find($"hangs here: {text}");
        await managed.Log.Find("event exited 0 .* cause=Hung code= signal=9");
        await managed.Log.FindCount("event ready", 2);
        managed.Log.Lines.Should().OnlyContain(static l => l.Length < 200_000, "the text is cut");
        await hanging;
    }

    [Fact]
    public async Task A_request_that_ends_meanwhile_is_let_off_and_the_capture_with_it()
    {
        await using Managed managed = await Start("hang", "--ProcessManager:CaptureTimeout=00:00:20");
        int worker = managed.Workers.Single();
        using var folder = new TempFolder();
        Task<Answer> slow = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        int capturing = int.Parse((await managed.Log.Find(@"capturing in (\d+)")).Groups[1].Value);
        folder.Write("go", "");
        (await slow).Body.Should().Be("waited");
        await managed.Log.Find($@"worker 0 \(pid {worker}\): the request that was too long has ended after [12](?:\.\d+)? s; the worker is not killed");
        await Until.True(() => Native.State(capturing) is null, "the capturing process is reaped");
        (await managed.Client.GetAnswer("/pid")).Pid.Should().Be(worker);
    }

    [Fact]
    public async Task All_may_hang_at_once_and_no_more_than_two_are_looked_into()
    {
        const int Count = 6;
        await using Managed managed = await Start(
            "hang", $"--ProcessManager:ProcessCount={Count}", "--ProcessManager:WatchdogLadder=Log, Capture, Terminate, Kill", "--ProcessManager:WatchdogGrace=00:00:00.300", "--commands=yes");
        Task[] hanging = [.. Enumerable.Range(0, Count).Select(_ => managed.Client.Lost("/hang"))];
        await managed.StatesAre(new string('r', Count));
        await managed.Log.FindCount("event hung", Count);
        await managed.Log.FindCount("event exited .* cause=Hung", Count);
        await managed.Log.FindCount("event ready", 2 * Count);
        await managed.Says("capturing in", 2);
        await managed.Says("hangs here: other workers are being looked into, so its runtime is not asked; ", Count - 2);
        await managed.Says("hangs here: the capture gave nothing", 2);
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task The_folder_for_temporary_files_may_be_gone_when_a_capture_is_killed()
    {
        using var folder = new TempFolder();
        string temporary = Directory.CreateDirectory(folder.File("tmp")).FullName;
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Switches("hang"), Environment = { ["TMPDIR"] = temporary } });
        await managed.Ready();
        Task hanging = managed.Client.Lost("/hang");
        await managed.Log.Find(@"capturing in \d+");
        await managed.Log.FindCount("event ready", 2);
        Directory.Delete(temporary, recursive: true);
        await managed.Log.Find("event exited 0 .* cause=Hung code= signal=9");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK", "the manager goes on");
        await hanging;
    }

    [Fact]
    public async Task A_manager_that_can_open_no_file_for_it_goes_on_without_it()
    {
        await using Managed managed = await Start("text", "--ProcessManager:CaptureTimeout=00:10:00");
        int worker = managed.Workers.Single();
        ulong old = Native.LimitDescriptors(managed.Pid, Native.LowestFree(managed.Pid));
        Task hanging = managed.Client.Lost("/hang");
        await managed.Log.Find($@"worker 0 \(pid {worker}\): no process could be started to look into it: memfd_create.*Too many open files");
        await managed.Log.Find($@"worker 0 \(pid {worker}\) hangs here: ");
        await managed.Log.Find($"event exited 0 {worker} cause=Hung code= signal=9");
        Native.LimitDescriptors(managed.Pid, old);
        await managed.Log.FindCount("event ready", 2);
        await hanging;
    }

    [Fact]
    public async Task Started_by_a_stranger_it_says_so()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Environment = { ["PROCMANAGER_CAPTURE"] = "nonsense" } });
        await managed.Log.Find("The environment variable PROCMANAGER_CAPTURE is 'nonsense', which no manager of this library wrote for this process. Remove it from the environment.");
        (await managed.Exit()).Should().Be(78);
    }

    private static string[] Switches(string capture) =>
    [
        "--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=00:00:01", "--ProcessManager:CaptureTimeout=00:00:01", "--ProcessManager:WatchdogLadder=Log, Capture, Kill",
        "--events=yes", $"--capture={capture}",
    ];

    private Task<Managed> Start(string capture, params string[] switches) => Managed.Start(output, [.. Switches(capture), .. switches]);
}
