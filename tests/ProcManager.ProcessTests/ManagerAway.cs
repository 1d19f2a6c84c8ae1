using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A manager that did not run for longer than every limit must not make healthy workers pay for it.</summary>
[Trait("Row", "A2.2")]
public class ManagerAway(ITestOutputHelper output)
{
    private static readonly string[] ShortLimits =
    [
        "--ProcessManager:ProcessCount=2", "--ProcessManager:StartTimeout=00:00:03", "--ProcessManager:DieTimeout=00:00:03",
        "--ProcessManager:CanaryTime=00:00:01", "--ProcessManager:CrashWindow=00:00:01", "--events=yes",
    ];

    [Fact]
    public async Task Workers_that_were_starting_are_not_killed()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. ShortLimits, "--boot=slow 1000"] });
        await managed.Listening();
        await managed.Log.FindCount("event started", 2);
        await Away(managed);
        await managed.Ready();
        managed.Log.Lines.Should().NotContain(static l => l.Contains("is killed ("));
    }

    [Fact]
    public async Task A_busy_worker_that_was_told_to_leave_gets_its_time_anew()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, ShortLimits);
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.FindCount(@"\): draining", 2);
        await Away(managed);
        await managed.Log.Find("the manager itself did not run for");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_reload_goes_on_where_it_was()
    {
        await using Managed managed = await Managed.Start(output, ShortLimits);
        managed.Signal(Native.Hup);
        await managed.Log.FindCount("event started", 3);
        await Away(managed);
        await managed.Log.Find("event reload Succeeded 2");
        managed.Log.Lines.Should().NotContain(static l => l.Contains("is killed ("));
    }

    [Fact]
    public async Task An_idle_pool_does_not_notice()
    {
        await using Managed managed = await Managed.Start(output, ShortLimits);
        int[] workers = [.. managed.Workers];
        await Away(managed);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Workers.Should().Equal(workers);
    }

    // Longer than every limit: the one place where a test waits for a time, because the time is what it is about.
    private static async Task Away(Managed managed)
    {
        await managed.StopManager();
        await Task.Delay(TimeSpan.FromSeconds(7));
        managed.Signal(Native.Cont);
    }
}
