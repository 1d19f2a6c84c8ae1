using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class StandbyPool(ITestOutputHelper output)
{
    private static readonly string[] Two = ["--ProcessManager:ProcessCount=2", "--ProcessManager:StandbyCount=1", "--ProcessManager:CanaryTime=00:00:00", "--events=yes", "--commands=yes"];

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("concurrent")]
    [InlineData("stopping")]
    public async Task One_that_stands_by_takes_no_connection_until_it_takes_over_from_a_dead_one(string loop)
    {
        await using Managed managed = await Managed.Start(output, [.. Two, $"--loop={loop}"]);
        await managed.StatesAre(@"[.w][.w]s");
        int standby = int.Parse((await managed.Log.Find(@"worker 2 \(pid (\d+)\) stands by")).Groups[1].Value);
        for (int i = 0; i < 50; i++)
        {
            (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(standby);
        }

        int victim = managed.Workers.First(p => p != standby);
        Native.Send(victim, Native.Kill);
        await managed.Log.Find($@"worker 2 \(pid {standby}\) takes over");
        await managed.Log.FindCount("stands by", 2);
        await managed.StatesAre(@" *(s *[.w] *[.w]|[.w] *s *[.w]|[.w] *[.w] *s)"); // the next standby may start before the dead worker's slot is empty

        using var folder = new TempFolder();
        List<Task<Answer>> held = [];
        await Until.True(
            async () =>
            {
                held.Add(managed.Client.GetAnswer($"/wait?file={folder.File("go")}")); // a worker that serves many at once may take several
                return (await managed.States()).Replace(" ", "", StringComparison.Ordinal) is "srr" or "rsr" or "rrs";
            },
            "both serve");
        File.WriteAllText(folder.File("go"), "");
        (await Task.WhenAll(held)).Select(static a => a.Pid).Should().Contain(standby);
        (await managed.Number("target")).Should().Be(2);
    }

    [Fact]
    [Trait("Row", "core")]
    public async Task A_connection_whose_wake_up_a_dead_worker_had_is_taken_by_another()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--loop=thief", $"--thief-file={folder.File("thief")}");
        Task<Answer> robbed = managed.Client.GetAnswer("/pid");
        await managed.Log.Find("^stolen");
        int thief = int.Parse((await managed.Log.Find(@"worker 0 \(pid (\d+)\) is ready")).Groups[1].Value);
        Native.Send(thief, Native.Kill);
        (await robbed).Slot.Should().Be(1);
    }

    [Theory]
    [InlineData("sync", "no")]
    [InlineData("async", "no")]
    [InlineData("sync", "yes")]
    [InlineData("async", "yes")]
    public async Task A_take_over_does_not_wait_for_what_the_host_does_about_the_end(string loop, string noFutex)
    {
        using var folder = new TempFolder();
        string go = folder.File("go");
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--ProcessManager:StandbyCount=1", "--events=yes", $"--loop={loop}", $"--no-futex={noFutex}", $"--exited-waits={go}");
        await managed.Log.Find("stands by");
        int victim = (await managed.Client.GetAnswer("/pid")).Pid;
        Native.Send(victim, Native.Kill);
        (await managed.Client.GetAnswer("/pid")).Slot.Should().Be(1, "the handler waits still");
        File.WriteAllText(go, "");
        await managed.Log.Find($"event exited 0 {victim}");
    }

    [Fact]
    public async Task A_worker_that_has_reached_its_limit_is_replaced_from_standby()
    {
        await using Managed managed = await Managed.Start(output, [.. Two, "--ProcessManager:MaxRequests=20", "--ProcessManager:RecycleInterval=00:00:00"]);
        var load = new Load(managed.Client, keep: false);
        await managed.Log.FindCount("takes over", 4);
        await load.End(kill: 0);
        managed.Count("cause=RequestLimit code=0").Should().BeGreaterThan(2);
    }

    [Fact]
    public async Task A_reload_renews_those_that_stand_by_first_and_loses_nothing()
    {
        await using Managed managed = await Managed.Start(output, Two);
        await managed.StatesAre(@"[.w][.w]s");
        var load = new Load(managed.Client, keep: false);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        await load.End(kill: 0);
        string[] lines = [.. managed.Log.Lines];
        int renewed = Array.FindIndex(lines, static l => l.Contains("was started, generation 2"));
        int parked = Array.FindIndex(lines, renewed, static l => l.Contains("stands by"));
        int left = Array.FindIndex(lines, static l => l.Contains("draining for the reload to generation "));
        parked.Should().BeInRange(renewed, left, "the first of the new ones stood by before an old one left");
        await managed.StatesAre(@"[ .w]*s[ .w]*");
        (await managed.Snapshot()).Should().NotContain("generation 1 state");
    }

    [Fact]
    public async Task A_reload_that_fails_leaves_the_old_ones_standing_by()
    {
        using var folder = new TempFolder();
        string boot = folder.File("boot");
        await using Managed managed = await Managed.Start(output, [.. Two, $"--boot-file={boot}"]);
        await managed.StatesAre(@"[.w][.w]s");
        int standby = int.Parse((await managed.Log.Find(@"worker 2 \(pid (\d+)\) stands by")).Groups[1].Value);
        File.WriteAllText(boot, "exit 3");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Failed", 2);
        managed.Workers.Should().Contain(standby).And.HaveCount(3);

        Native.Send(managed.Workers.First(p => p != standby), Native.Kill);
        await managed.Log.Find($@"worker 2 \(pid {standby}\) takes over"); // with the program that works
    }

    [Fact]
    [Trait("Row", "B1")]
    public async Task It_takes_over_at_the_moment_a_hang_is_found_and_not_when_the_hung_one_has_gone()
    {
        await using Managed managed = await Managed.Start(
            output, [.. Two, "--ProcessManager:ProcessCount=1", "--ProcessManager:RequestTimeout=00:00:01", "--ProcessManager:WatchdogGrace=00:10:00", "--ProcessManager:WatchdogLadder=Log, Terminate, Kill"]);
        await managed.StatesAre("[.w]s");
        int hung = (await managed.Client.GetAnswer("/pid")).Pid;
        Task hanging = managed.Client.Lost("/hang");
        Task<Answer> waiting = managed.Client.GetAnswer("/pid");
        await managed.Log.Find($@"worker 0 \(pid {hung}\) is hung");
        (await waiting).Slot.Should().Be(1);
        Native.IsAlive(hung).Should().BeTrue();
        await managed.Log.Find(@"worker 1 \(pid \d+\) takes over");
        Native.Send(hung, Native.Kill);
        await hanging;
    }

    [Fact]
    public async Task It_hears_a_stop_and_the_death_of_its_manager()
    {
        await using Managed managed = await Managed.Start(output, Two);
        await managed.StatesAre(@"[.w][.w]s");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);

        await using Managed orphaned = await Managed.Start(output, Two);
        await orphaned.StatesAre(@"[.w][.w]s");
        orphaned.Signal(Native.Kill);
        await orphaned.NobodyLeft();
    }

    [Fact]
    public async Task One_that_dies_while_it_stands_by_is_replaced_and_nobody_else_is_touched()
    {
        await using Managed managed = await Managed.Start(output, Two);
        int standby = int.Parse((await managed.Log.Find(@"worker 2 \(pid (\d+)\) stands by")).Groups[1].Value);
        int[] serving = [.. managed.Workers.Where(p => p != standby)];
        Native.Send(standby, Native.Kill);
        await managed.Log.FindCount("stands by", 2);
        managed.Workers.Should().Contain(serving);
        managed.Count("takes over").Should().Be(0);
    }

    [Fact]
    public async Task A_host_with_a_wait_of_its_own_stands_by_inside_Manage()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. Two, "--loop=own", $"--own-folder={folder.Path}"] });
        await managed.Serving();
        await managed.Log.Find("worker 2 .* stands by");
        managed.Count("own wait 2").Should().Be(0);
        managed.Workers.Should().HaveCount(3);
        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.Find("own wait 2");
    }
}
