using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What the host does in an event handler holds up no replacement, and its time is no absence of the manager.</summary>
[Trait("Row", "D10")]
public class EffectsFirst(ITestOutputHelper output)
{
    [Fact]
    public async Task All_replacements_are_started_before_the_first_handler_runs()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=6", "--exited-takes=50", "--commands=yes");
        int[] workers = [.. managed.Workers];
        await managed.StopManager();
        Array.ForEach(workers, static w => Native.Send(w, Native.Kill));
        await Until.True(() => workers.All(static w => Native.State(w) == 'Z' && Directory.GetDirectories($"/proc/{w}/task").Length == 1), "all are dead at once");
        managed.Signal(Native.Cont);
        await managed.Log.FindCount("^handler of ", 6);
        managed.Log.Lines.Where(static l => l.StartsWith("handler of", StringComparison.Ordinal)).Should().OnlyContain(static l => l.EndsWith("after 12 starts"));
    }

    [Fact]
    [Trait("Row", "A2.2")]
    public async Task Time_that_a_handler_takes_moves_no_deadline()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=00:00:01", "--exited-takes=2500", "--events=yes");
        Task<string> busy = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.Find("is killed .DieTimeout");
        (await managed.Exit()).Should().Be(1);
        managed.Log.Lines.Should().NotContain(static l => l.Contains("did not run"));
        await busy.Invoking(static async b => await b).Should().ThrowAsync<IOException>();
    }
}
