using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The option CaptureOutput: what workers write becomes messages of the manager's log.</summary>
[Trait("Row", "D11")]
public sealed class CapturedOutput(ITestOutputHelper output) : IDisposable
{
    private const string Time = @"^\d{4}-\d\d-\d\dT\S+ ProcManager\.TestWorker: ";

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Each_line_has_the_worker_s_slot_and_pid()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        int worker = managed.Workers[0];
        await managed.Client.Get("/print?x=one\\ntwo\\nthr");
        await managed.Client.Get("/print-error?x=error\\n");
        await managed.Client.Get("/print?x=ee\\n\\nlast");
        await managed.Log.Find($@"{Time}worker 0 \(pid {worker}\): error$");
        await managed.Log.Find($@"{Time}worker 0 \(pid {worker}\): three$");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        string[] lines = [.. managed.Log.Lines.Select(static l => Regex.Match(l, @"worker 0 \(pid \d+\): (.*)$")).Where(static m => m.Success).Select(static m => m.Groups[1].Value)];
        lines.Where(static l => l is "one" or "two" or "three" or "" or "last" or "lastclean-up of Worker 0").Should().Equal("one", "two", "three", "", "lastclean-up of Worker 0");
        managed.Log.Lines.Should().Contain(static l => Regex.IsMatch(l, Time + @"worker 0 \(pid \d+\): safe exit after SIGTERM$"), "a worker's own messages look as without capture");
    }

    [Fact]
    public async Task Lines_of_workers_that_write_at_once_are_never_mixed()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=4");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => managed.Client.Get("/lines?x=400,300")));
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        Match[] lines = [.. managed.Log.Lines.Where(static l => l.Contains(" xxx", StringComparison.Ordinal)).Select(static l => Regex.Match(l, Time + @"worker \d \(pid (\d+)\): line (\d+) (\d{6}) x{300}$"))];
        lines.Should().HaveCount(1600).And.OnlyContain(static m => m.Success && m.Groups[1].Value == m.Groups[2].Value);
        foreach (IGrouping<string, Match> worker in lines.GroupBy(static m => m.Groups[1].Value))
        {
            worker.Select(static m => int.Parse(m.Groups[3].Value)).Chunk(400).Should().OnlyContain(static c => c.SequenceEqual(Enumerable.Range(0, 400)));
        }
    }

    [Fact]
    public async Task The_stack_of_a_crash_is_in_the_log_with_the_worker_that_crashed()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1");
        int worker = managed.Workers[0];
        await managed.Client.Lost("/crash");
        await managed.Log.Find($@"worker 0 \(pid {worker}\): .*asked to crash");
        await managed.Log.Find($@"worker 0 \(pid {worker}\): +at .*Answers\.Answer");
    }

    [Fact]
    public async Task A_process_that_a_worker_leaves_behind_holds_up_nothing()
    {
        await using Managed managed = await Start("--ProcessManager:ProcessCount=1", "--events=yes");
        int child = int.Parse(await managed.Client.Get("/background?x=1000"));
        int worker = managed.Workers[0];
        Native.Send(worker, Native.Term);
        await managed.Log.Find($"^event exited 0 {worker} ");
        managed.Signal(Native.Term);
        (await managed.Exit(10)).Should().Be(0);
        Native.TrySend(child, Native.Kill);
    }

    [Fact]
    [Trait("Row", "A1.13")]
    public async Task A_log_that_takes_nothing_holds_no_worker()
    {
        using StuckLog log = StuckLog.Full(_folder);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CaptureOutput=true", "--events=yes"], Wrapper = log.Wrapper });
        await managed.ReadyByEvents();
        for (int i = 0; i < 4; i++)
        {
            (await managed.Client.Get("/lines?x=5000,100")).Should().Be("printed"); // more than the pipe and the manager hold
        }

        await log.Read("lines of workers were lost").WaitAsync(TimeSpan.FromSeconds(30));
        managed.Signal(Native.Term);
        await log.Read("all workers are gone; exit code 0").WaitAsync(TimeSpan.FromSeconds(30));
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task In_the_journal_each_line_has_its_level()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:CaptureOutput=true"],
            Wrapper = ["/bin/sh", "-c", "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2); export JOURNAL_STREAM; exec \"$0\" \"$@\""],
        });
        await managed.Ready();
        await managed.Client.Get("/print?x=<3>broken\\n");
        await managed.Log.Find(@"^<3>ProcManager\.TestWorker: worker 0 \(pid \d+\): broken$");
        await managed.Log.Find(@"^<6>ProcManager\.TestWorker: manager \(pid \d+\): ready: 1 worker$");
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Managed> Start(params string[] switches)
    {
        Managed managed = Managed.Launch(output, new Launch { Arguments = [.. switches, "--ProcessManager:CaptureOutput=true"] });
        await managed.Ready();
        return managed;
    }
}
