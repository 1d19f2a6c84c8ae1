using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "core")]
public class Scaling(ITestOutputHelper output)
{
    [Fact]
    public async Task TTIN_adds_a_worker_and_TTOU_takes_an_idle_one_gently_but_never_the_last()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--events=yes");
        int first = managed.Workers.Single();
        managed.Signal(Native.Ttin);
        await managed.Log.Find("2 workers are wanted now");
        await managed.Log.FindCount("event ready", 2);
        managed.Workers.Should().HaveCount(2).And.Contain(first);

        managed.Signal(Native.Ttou);
        await managed.Log.Find(@"event exited 1 \d+ cause=ScaledDown code=0 ");
        managed.Workers.Should().Equal(first);

        managed.Signal(Native.Ttou);
        await managed.Log.Find("1 worker is wanted now, which is the limit; allowed: 1 to 2048");
        (await managed.Client.Get("/pid")).Should().Be($"{first}");
    }

    [Fact]
    public async Task The_number_survives_a_reload()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00", "--events=yes");
        managed.Signal(Native.Ttin);
        await managed.Log.FindCount("event ready", 3);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(3);
        (await managed.Snapshot()).Should().Contain(" target 3 generation 2 ");
    }

    [Fact]
    public async Task Scale_by_method_call_goes_up_and_down_in_one_step()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes");
        managed.Command("scale 4");
        await managed.Log.FindCount("event ready", 4);
        managed.Command("scale 2");
        await managed.Log.FindCount("event exited .* cause=ScaledDown code=0 ", 2);
        managed.Workers.Should().HaveCount(2);
        (await managed.Snapshot()).Should().Contain(" target 2 ").And.Contain(" crashes 0 ");
    }

    [Fact]
    public async Task A_busy_worker_that_is_one_too_many_finishes_its_request()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--events=yes", "--commands=yes");
        Task<Answer>[] waiting = [.. Enumerable.Range(0, 2).Select(_ => managed.Client.GetAnswer($"/wait?file={folder.File("go")}"))];
        await managed.StatesAre("rr");
        managed.Signal(Native.Ttou);
        await managed.Log.Find(@"draining \(one too many: \d workers? (?:is|are) wanted\)");
        await managed.StatesAre("rd|dr");
        folder.Write("go", "");
        (await Task.WhenAll(waiting)).Should().OnlyContain(static a => a.Body == "waited");
        await managed.Log.Find("event exited [01] .* cause=ScaledDown code=0 .* requests=1$");
        managed.Workers.Should().HaveCount(1);
    }

    [Fact]
    public async Task Scaling_down_during_a_reload_ends_with_as_many_new_workers_as_are_wanted()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3", "--ProcessManager:CanaryTime=00:00:00.05", "--events=yes", "--commands=yes", $"--boot-file={folder.File("boot")}");
        IReadOnlyList<int> old = managed.Workers;
        folder.Write("boot", "slow 300");
        managed.Signal(Native.Hup);
        await managed.Log.Find("event started 3 ");
        managed.Command("scale 1");
        await managed.ReloadFinished("Succeeded", 2);
        await Until.True(() => managed.Workers.Count == 1, "one is left");
        managed.Workers.Should().NotIntersectWith(old);
    }
}
