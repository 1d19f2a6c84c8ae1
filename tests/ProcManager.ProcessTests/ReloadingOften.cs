using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A2.1")]
public class ReloadingOften(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Rolling")]
    [InlineData("AllAtOnce")]
    public async Task HUP_during_a_reload_makes_exactly_one_more_follow(string strategy)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00.05", "--events=yes", "--commands=yes", $"--ProcessManager:ReloadStrategy={strategy}", $"--boot-file={folder.File("boot")}");
        folder.Write("boot", "hang");
        managed.Signal(Native.Hup);
        await managed.Log.Find("event started .* 2$"); // hangs: the reload cannot end before the others were heard
        for (int i = 0; i < 3; i++)
        {
            managed.Signal(Native.Hup);
            await managed.Log.Find("a reload is under way; another one follows it");
        }

        managed.Command("reload");
        managed.Command("scale 2"); // what comes after it was heard after it
        await managed.Log.Find("2 workers are wanted now");
        folder.Write("boot", "");
        foreach (int pid in managed.Workers.Where(static p => Native.ReadOrEmpty($"/proc/{p}/environ").Length > 0))
        {
            if (managed.Count($"event ready .* {pid}$") == 0)
            {
                Native.TrySend(pid, Native.Term); // a stranger's TERM: proves nothing about the new program
            }
        }

        await managed.ReloadFinished("Succeeded", 2);
        await managed.ReloadFinished("Succeeded", 3);
        (await managed.Snapshot()).Should().Contain("generation 3 ").And.Contain("reload Succeeded");
        managed.Count("event reload").Should().Be(2);
        await managed.Says("another one follows it", 1, "it is told once");
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task Fifty_HUPs_in_a_second_make_a_few_reloads_and_leave_the_pool_whole()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=3", "--events=yes");
        for (int i = 0; i < 50; i++)
        {
            managed.Signal(Native.Hup);
            await Task.Delay(20); // the storm's pace, nothing is waited for
        }

        await managed.ReloadFinished("Succeeded", 3);
        await Until.True(
            async () => managed.Count($"event reload Succeeded {await managed.Number("generation")} ") == 1 && (await managed.Snapshot()).Contains("reload Succeeded", StringComparison.Ordinal),
            "the last reload has ended");
        (await managed.Number("generation")).Should().BeInRange(3, 5);
        managed.Count("event reload Failed").Should().Be(0);
        managed.Workers.Should().HaveCount(3);
        managed.Readiness().Should().Be((3, 4));
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task Reload_by_method_call_does_what_HUP_does()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:CanaryTime=00:00:00", "--events=yes", "--commands=yes", "--ProcessManager:NoSignals=true");
        IReadOnlyList<int> old = managed.Workers;
        managed.Command("reload");
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(1).And.NotIntersectWith(old);
        managed.Command("stop");
        (await managed.Exit()).Should().Be(0);
    }
}
