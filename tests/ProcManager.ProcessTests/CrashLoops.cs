using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class CrashLoops(ITestOutputHelper output)
{
    private const string Next = @"crash loop: (\d+) failures within .*, the last: (.*?)\. One worker at a time is tried, the next in ([\d.]+) s\. Look at what the workers wrote to standard error";

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
        await managed.Log.Find("the pool holds again; the crash loop is over", from);
        (await managed.Snapshot()).Should().Contain($"pid {pool[1]} generation 1").And.Contain("FailedToStart exit code 3").And.Contain("Crashed SIGKILL");
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_program_that_leaves_at_every_start_is_given_up_and_does_not_spin()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CrashLimit=4", "--boot=leave", "--events=yes"] });
        await managed.Log.Find(@"giving up: no worker of .* ever became ready, 4 failures, the last: worker \d left by itself before it was ready");
        (await managed.Exit()).Should().Be(1);
        managed.Count("event started").Should().BeInRange(4, 6);
        managed.Count(@"event exited \d \d+ cause=FailedToStart code=0 ").Should().BeGreaterThanOrEqualTo(4);
    }

    [Fact]
    public async Task A_reload_after_mending_does_not_wait_for_the_delay()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CrashLimit=1", "--ProcessManager:CanaryTime=00:00:00.1", "--events=yes", $"--boot-file={folder.File("boot")}");
        folder.Write("boot", "exit 3");
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.Find(@"the next in 4 s\.");
        var watch = Stopwatch.StartNew();
        folder.Write("boot", "");
        managed.Signal(Native.Hup);
        await managed.Log.Find(@"event started \d+ \d+ 2$");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3), "the next trial was 4 s away");
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task Workers_that_die_soon_after_they_were_ready_are_a_crash_loop_too_and_the_manager_hardly_works_for_it()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CrashLimit=4", "--boot=die-soon 50", "--events=yes", "--commands=yes"],
        });
        await managed.Listening();
        await managed.Log.Find(@"the next in 1 s\.");
        TimeSpan before = Pool.CpuTime(managed.Pid);
        await managed.Log.Find(@"the next in 4 s\.");
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
        .Select(static m => double.Parse(m.Groups[3].ValueSpan, CultureInfo.InvariantCulture));
}
