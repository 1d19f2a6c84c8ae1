using ProcManager.ProcessTests.Infrastructure;
using ProcManager.Scoreboard;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A worker that writes nonsense into its part of the scoreboard misleads about itself, and about no other worker.</summary>
[Trait("Row", "D5")]
public class ScribblingWorkers(ITestOutputHelper output)
{
    private const int Rounds = 8;

    [Fact]
    public async Task The_manager_lives_watches_the_others_and_reports_them_right()
    {
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments =
            [
                "--ProcessManager:ProcessCount=2", "--ProcessManager:MaxMemory=4GiB", "--ProcessManager:MemoryInterval=100ms", "--ProcessManager:RequestTimeout=2s", "--ProcessManager:WatchdogInterval=100ms",
                "--ProcessManager:CpuTimeLimit=1h", "--ProcessManager:CanaryTime=0s", "--ProcessManager:WatchdogGrace=300ms", "--ProcessManager:Status:EndPoint=127.0.0.1:0", "--events=yes", "--commands=yes",
            ],
        });
        await managed.Ready();
        StatusClient status = await StatusClient.Of(managed);
        for (int i = 0; i < Rounds; i++)
        {
            int before = managed.Log.Count;
            (int offset, int length) = Part(i);
            await managed.Client.Lost($"/scribble?x={Layout.SlotsOffset},{Layout.SlotSize},{offset},{length},{i}");
            _ = await status.Json();
            _ = await status.Text("/status.txt");
            _ = await status.Text("/metrics");
            managed.Command("peek");
            await managed.Log.Find("^peek: the pool runs", before);
            managed.Command("states");
            await managed.Log.Find(@"^states \[", before);
        }

        managed.Log.Lines.Should().NotContain(static l => l.Contains("OverflowException", StringComparison.Ordinal) || l.Contains("; the manager goes on", StringComparison.Ordinal));

        // New workers, of which one hangs: it is found as ever.
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        int from = managed.Log.Count;
        Task hanging = managed.Client.Lost("/hang");
        await managed.Log.Find("^event hung ", from);
        await managed.Log.Find("^event exited . [0-9]+ cause=Hung .*signal=9", from); // a hung worker that is killed at the stop would be exit code 1
        await hanging;
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    /// <summary>Header, ring of the last exits, and the slots of all workers: what is shown is nonsense then, and no worker can start, but the manager, which may be root, is not harmed.</summary>
    [Fact]
    public async Task One_that_overwrites_all_of_the_shared_memory_ends_no_manager()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:MaxMemory=4GiB", "--ProcessManager:MemoryInterval=100ms", "--ProcessManager:Status:EndPoint=127.0.0.1:0", "--events=yes");
        StatusClient status = await StatusClient.Of(managed);
        for (int i = 0; i < Rounds; i++)
        {
            await managed.Client.Lost($"/scribble?x=0,0,0,{Layout.SlotsOffset + (16 * Layout.SlotSize)},{i}");
            _ = await status.Json();
            _ = await status.Text("/status.txt");
            _ = await status.Text("/metrics");
        }

        int worker = managed.Workers[^1];
        Native.Send(worker, Native.Kill); // its exit goes into the ring
        await managed.Log.Find($@"^event exited \d+ {worker} ");
        _ = await status.Json();
        (await status.Answer("/health")).Code.Should().Be(200);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().BeLessThan(128, "no signal has ended it");
        managed.Log.Lines.Should().NotContain(static l => l.Contains("Exception", StringComparison.Ordinal) && l.Contains("manager (pid", StringComparison.Ordinal));
    }

    private static (int Offset, int Length) Part(int round) => round % 2 == 0
        ? (Layout.WorkerLine, Layout.SlotSize - Layout.WorkerLine)
        : (Layout.WorkerLine + (round * 8 % (Layout.SlotSize - Layout.WorkerLine - 8)), 8);
}
