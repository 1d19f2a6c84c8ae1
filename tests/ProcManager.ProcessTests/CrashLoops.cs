using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class CrashLoops(ITestOutputHelper output)
{
    private const string Next = @"crash loop: (\d+) failures within .*, the last: (.*?)\. One worker at a time is tried, the next in ([\d:.]+)\. Look at what the workers wrote to standard error";

    [Fact]
    public async Task A_program_that_dies_at_every_start_ends_with_exit_code_1_and_the_reason()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=3", "--boot=exit 3"] });
        (await managed.Exit()).Should().Be(1);
        await managed.Log.Find($@"giving up: no worker of {Regex.Escape(Places.TestWorker)} ever became ready, 10 failures, the last: worker \d ended with exit code 3 before it was ready\. Look at what the workers wrote to standard error above this line");
        managed.Count("was started").Should().BeInRange(10, 12, "ten failures are enough, and no start follows them");
        await managed.NobodyLeft(5);
    }

    [Fact]
    public async Task A_start_that_hangs_is_killed_after_the_start_time_out_and_replaced()
    {
        using var folder = new TempFolder();
        string boot = folder.Write("boot", "in-slot 1 hang");
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:StartTimeout=00:00:03", "--events=yes", $"--boot-file={boot}"],
        });
        await managed.Listening();
        await managed.Log.Find("^hanging at start$");
        folder.Write("boot", "");
        await managed.Log.Find(@"worker 1 \(pid \d+\) is killed: StartTimeout after 00:00:03");
        await managed.Log.Find("event exited 1 .* cause=StartTimeout code= signal=9 ");
        await managed.Ready();
        managed.Count("event started").Should().Be(3);
        managed.Count("event exited").Should().Be(1, "the other one served on");
    }

    [Fact]
    public async Task Workers_that_serve_go_on_and_one_start_at_a_time_is_tried_ever_more_slowly_until_the_program_is_mended()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CrashLimit=1", "--ProcessManager:CanaryTime=00:00:00.1", "--ProcessManager:MaxRestartDelay=00:00:02", "--events=yes", $"--boot-file={folder.File("boot")}");
        int[] pool = [.. managed.Workers];
        folder.Write("boot", "exit 3");
        int from = managed.Log.Count;
        Native.Send(pool[0], Native.Kill);
        await managed.Log.FindCount(Next, 4);
        string[] told = [.. managed.Log.Lines.Where(static l => Regex.IsMatch(l, Next) || l.Contains("was started", StringComparison.Ordinal)).SkipWhile(static l => !Regex.IsMatch(l, Next))];
        Delays(told).Should().Equal(0, 1, 2, 2);
        told.Where(static (_, i) => i % 2 == 1).Should().OnlyContain(static l => l.Contains("was started", StringComparison.Ordinal), "one start follows each line");
        Regex.Match(told[^1], Next).Groups[2].Value.Should().MatchRegex("worker 0 ended with exit code 3 before it was ready");
        managed.Workers.Should().Contain(pool[1]);

        folder.Write("boot", "");
        await managed.Log.Find("the worker on trial holds; the crash loop is over", from);
        (await managed.Snapshot()).Should().Contain($"pid {pool[1]} generation 1").And.Contain("FailedToStart exit code 3").And.Contain("Crashed SIGKILL");
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_reload_after_mending_does_not_wait_for_the_delay()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=4", "--ProcessManager:CrashLimit=1", "--ProcessManager:CanaryTime=00:00:00.1", "--events=yes", $"--boot-file={folder.File("boot")}");
        int[] pool = [.. managed.Workers];
        folder.Write("boot", "exit 3");
        Native.Send(pool[0], Native.Kill);
        await managed.Log.Find(@"the next in 00:00:01\.");
        foreach (int pid in pool[1..])
        {
            Native.Send(pid, Native.Kill); // each failure while the loop lasts doubles the delay
        }

        await managed.Log.Find(@"the next in 00:00:08\.");
        var watch = Stopwatch.StartNew();
        folder.Write("boot", "");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(7), "the next trial was 8 s away");
        managed.Workers.Should().HaveCount(4);
    }

    [Fact]
    public async Task Workers_that_die_soon_after_they_were_ready_are_a_crash_loop_too_and_the_manager_hardly_works_for_it()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CrashLimit=4", "--boot=die-soon 50", "--events=yes", "--commands=yes"],
        });
        await managed.Listening();
        await managed.Log.Find(@"the next in 00:00:01\.");
        TimeSpan before = Pool.CpuTime(managed.Pid);
        await managed.Log.Find(@"the next in 00:00:04\.");
        (Pool.CpuTime(managed.Pid) - before).Should().BeLessThan(TimeSpan.FromMilliseconds(300), "some 3 s have passed with two starts");
        managed.Command("ends");
        Match ends = await managed.Log.Find(@"ends (\d+) crashes (\d+) .*Cause = (\w+), ExitCode = 7");
        ends.Groups[2].Value.Should().Be(ends.Groups[1].Value);
        ends.Groups[3].Value.Should().BeOneOf("Crashed", "FailedToStart");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0, "workers had been ready");
    }

    private static IEnumerable<double> Delays(IEnumerable<string> lines) => lines
        .Select(static l => Regex.Match(l, Next))
        .Where(static m => m.Success)
        .Select(static m => TimeSpan.Parse(m.Groups[3].Value, CultureInfo.InvariantCulture).TotalSeconds);
}
