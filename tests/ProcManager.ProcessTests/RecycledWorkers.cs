using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "C2")]
[Trait("Row", "C3")]
[Trait("Row", "C6")]
[Trait("Row", "D7")]
public class RecycledWorkers(ITestOutputHelper output)
{
    [Fact]
    public async Task Workers_that_reach_their_limit_together_leave_one_after_the_other_with_a_pause_between()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=4", "--ProcessManager:MaxRequests=50", "--ProcessManager:RecycleInterval=00:00:01", "--events=yes", "--commands=yes");
        var load = new Load(managed.Client, keep: false);
        await managed.Log.FindCount(@"has reached a limit \(\d+ of \d+ requests\)", 4);
        await managed.Log.FindCount("event exited .* cause=RequestLimit code=0", 4);
        await load.End(kill: 0);
        (int fewest, int most) = managed.Readiness();
        fewest.Should().BeGreaterThanOrEqualTo(4, "a replacement is ready before its old one leaves");
        most.Should().BeLessThanOrEqualTo(5, "one surge");

        // Each tells its age: between two that left lay the pause. The first four are those of the start, however soon their successors have asked.
        double[] ends = [.. managed.Log.Lines
            .Select(static l => Regex.Match(l, @"ended with exit code 0 \(RequestLimit\) after ([\d.]+) s"))
            .Where(static m => m.Success)
            .Take(4)
            .Select(static m => double.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
        for (int i = 1; i < ends.Length; i++)
        {
            (ends[i] - ends[i - 1]).Should().BeGreaterThan(0.8, "worker {0} of the first four left a pause after the one before", i);
        }
    }

    [Theory]
    [InlineData(0, 3, 4)]
    [InlineData(1, 2, 4)]
    public async Task No_more_are_away_at_once_than_may_be(int unavailable, int fewestAllowed, int mostAllowed)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=3", "--ProcessManager:MaxRequests=20", "--ProcessManager:RecycleInterval=00:00:00", $"--ProcessManager:MaxUnavailable={unavailable}", "--events=yes");
        var load = new Load(managed.Client, keep: false);
        await managed.Log.FindCount("event exited .* cause=RequestLimit code=0", 8);
        await load.End(kill: 0);
        (int fewest, int most) = managed.Readiness();
        fewest.Should().Be(fewestAllowed, "as many may be away as MaxUnavailable says, and no more");
        most.Should().BeLessThanOrEqualTo(mostAllowed);
    }

    [Fact]
    public async Task A_jitter_spreads_the_limits()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:MaxRequests=10", "--ProcessManager:MaxRequestsJitter=200", "--ProcessManager:RecycleInterval=00:00:00", "--events=yes");
        var load = new Load(managed.Client, keep: false, clients: 1);
        await managed.Log.FindCount("event exited .* cause=RequestLimit", 8);
        await load.End(kill: 0);
        int[] requests = [.. managed.Log.Lines
            .Select(static l => Regex.Match(l, @"event exited .* cause=RequestLimit .* requests=(\d+)"))
            .Where(static m => m.Success)
            .Select(static m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
        requests.Should().OnlyContain(static n => n >= 10);
        requests.Distinct().Count().Should().BeGreaterThan(4, "eight draws of 201 numbers");
    }

    [Fact]
    public async Task A_jitter_without_a_limit_recycles_nobody()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:MaxRequestsJitter=5", "--events=yes");
        int pid = managed.Workers.Single();
        for (int i = 0; i < 100; i++)
        {
            (await managed.Client.GetAnswer("/pid")).Pid.Should().Be(pid);
        }
    }

    [Fact]
    public async Task A_worker_that_has_lived_long_enough_is_replaced_while_others_serve()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--ProcessManager:MaxLifetime=00:00:01", "--ProcessManager:MaxLifetimeJitter=00:00:01", "--ProcessManager:RecycleInterval=00:00:00.200", "--events=yes");
        var load = new Load(managed.Client, keep: false);
        await managed.Log.FindCount("event exited .* cause=LifetimeLimit code=0", 4);
        await load.End(kill: 0);
        managed.Readiness().Fewest.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task With_nobody_to_replace_it_a_worker_waits_no_longer_than_the_ceiling()
    {
        using var folder = new TempFolder();
        string go = folder.File("go");
        await using Managed managed = await Managed.Start(
            output,
            "--ProcessManager:ProcessCount=2", "--ProcessManager:MaxRequests=5", "--ProcessManager:RecycleInterval=00:30:00", "--ProcessManager:RecycleCeiling=00:00:01", "--events=yes");
        var load = new Load(managed.Client, keep: false);
        await managed.Log.Find(@"has waited 1(?:\.\d+)? s to be replaced \(\d+ of 5 requests\) and drains now");
        await managed.Log.FindCount("event exited .* cause=RequestLimit code=0", 2);
        await load.End(kill: 0);
    }

    [Fact]
    public async Task A_HUP_to_one_worker_of_a_detached_tree_replaces_that_one_only()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Wrapper = ["setsid", "--wait", "nohup"], Arguments = ["--ProcessManager:ProcessCount=3", "--events=yes"] });
        await managed.Ready();
        int[] before = [.. managed.Workers];
        Native.Send(before[1], Native.Hup);
        await managed.Log.Find($@"event exited 1 {before[1]} cause=AskedByOther code=0");
        await managed.Log.FindCount("event ready", 4);
        managed.Workers.Should().Contain([before[0], before[2]]).And.HaveCount(3);
        Native.IsAlive(managed.Pid).Should().BeTrue();
    }
}
