using System.Diagnostics;
using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Nothing that happens to a log holds the manager or a worker.</summary>
[Trait("Row", "A1.13")]
[Trait("Row", "A2.2")]
public class LogsThatHold(ITestOutputHelper output)
{
    private static readonly string[] Two = ["--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:20", "--events=yes"];

    [Fact]
    public async Task A_pipe_that_nobody_reads_holds_neither_the_start_nor_a_replacement_nor_the_stop()
    {
        using var folder = new TempFolder();
        using StuckLog log = StuckLog.Full(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Two, Wrapper = log.Wrapper });
        await LivesAndStops(managed);
    }

    [Fact]
    public async Task When_the_reader_is_back_the_lines_come_in_order()
    {
        using var folder = new TempFolder();
        using StuckLog log = StuckLog.Full(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Two, Wrapper = log.Wrapper });
        await managed.ReadyByEvents();
        DateTimeOffset ready = DateTimeOffset.UtcNow;
        await log.Read("all 2 workers are ready").WaitAsync(TimeSpan.FromSeconds(30));
        string[] lines = log.Text.Split('\n');
        DateTimeOffset.Parse(lines.First(static l => l.Contains("all 2 workers")).Split(' ')[0], CultureInfo.InvariantCulture).Should().BeBefore(ready, "the time is the message's, however late it is written");
        lines[0].Should().EndWith("managing 2 workers of " + Places.TestWorker);
        lines.Where(static l => l.Contains("was started")).Should().HaveCount(2);
        managed.Signal(Native.Term);
        await log.Read("all workers are gone; exit code 0").WaitAsync(TimeSpan.FromSeconds(30));
        (await managed.Exit()).Should().Be(0);
        log.Text.Should().NotContain("were lost");
    }

    [Fact]
    public async Task The_last_line_leaves_through_a_pipe_that_is_full_and_read_slowly()
    {
        using var folder = new TempFolder();
        using StuckLog log = StuckLog.Full(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Two, Wrapper = log.Wrapper });
        await managed.ReadyByEvents();
        Task read = log.Read("all workers are gone; exit code 0", bytes: 1300); // 13 KB a second
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        await read.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_reader_that_has_gone_away_does_not_matter()
    {
        using var folder = new TempFolder();
        StuckLog log = StuckLog.Empty(folder);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Two, Wrapper = log.Wrapper });
        await managed.Log.Find("^listening");
        log.Dispose(); // from here on a write fails with EPIPE
        await LivesAndStops(managed);
    }

    [Fact]
    public async Task A_full_disk_does_not_matter()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Two, Wrapper = ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>/dev/full"] });
        await LivesAndStops(managed);
    }

    [Fact]
    public async Task A_stopped_terminal_does_not_matter_and_gets_the_lines_when_it_goes_on()
    {
        using var terminal = new Pty(output);
        terminal.Stop(true);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = Two, Wrapper = ["/bin/sh", "-c", $"exec \"$0\" \"$@\" 2>{terminal.Path}"] });
        await managed.ReadyByEvents();
        terminal.Log.Count.Should().Be(0);
        terminal.Stop(false);
        await terminal.Log.Find("all 2 workers are ready");
        terminal.Stop(true);
        await LivesAndStops(managed);
    }

    [Theory]
    [InlineData("--log-waits=/no/such/file")]
    [InlineData("--factory=waits")]
    public async Task A_host_s_logger_that_blocks_holds_neither_the_start_nor_a_replacement_nor_the_stop(string logger)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. Two, logger] });
        await LivesAndStops(managed);
    }

    [Fact]
    [Trait("Row", "A1.12")]
    public async Task A_host_s_logger_gets_every_line_before_the_process_ends()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. Two, $"--log-waits={folder.File("go")}"] });
        await managed.ReadyByEvents();
        folder.Write("go", "");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Should().Contain(static l => l.StartsWith("logged 100 managing 2 workers"))
            .And.Contain("logged 104 all workers are gone; exit code 0");
        managed.Log.Lines.Where(static l => l == "logged 501 safe exit after SIGTERM").Should().HaveCount(2);
    }

    [Fact]
    public async Task Stacks_of_128_KiB_come_whole_in_pieces_that_each_tell_whose_they_are()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=00:00:00.500", "--ProcessManager:WatchdogLadder=Log, Capture, Kill", "--capture=many-lines"],
        });
        await managed.Ready();
        Task hanging = managed.Client.Lost("/hang");
        await managed.Log.Find("is killed .Hung");
        await hanging;
        string[] frames = [.. managed.Log.Lines.Select(static l => l[(l.LastIndexOf("frame ", StringComparison.Ordinal) is >= 0 and var at ? at : l.Length)..]).Where(static l => l.Length > 0)];
        frames.Should().Equal(Enumerable.Range(0, 2000).Select(static i => $"frame {i:D4} {new string('x', 50)}"));
        managed.Log.Lines.Count(static l => l.Contains("frame ") && l.Contains("ProcManager.TestWorker: manager (pid ", StringComparison.Ordinal)).Should().BeGreaterThan(2000 * 61 / 4096);
    }

    private static async Task LivesAndStops(Managed managed)
    {
        await managed.ReadyByEvents();
        int killed = managed.Workers[0];
        Native.Send(killed, Native.Kill);
        await managed.Log.Find($"event exited . {killed} .*signal=9");
        await managed.Log.FindCount("^event ready", 3);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        var clock = Stopwatch.StartNew();
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(15), "workers wait half a second for their last line, the manager two");
        managed.Log.Lines.Where(static l => l.StartsWith("event exited", StringComparison.Ordinal) && l.Contains("cause=Stopped code=0")).Should().HaveCount(2);
    }
}
