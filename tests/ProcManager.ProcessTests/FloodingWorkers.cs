using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A worker that is broken, or taken over, writes without end: to its output, or to its manager.</summary>
[Trait("Row", "D11")]
public sealed class FloodingWorkers(ITestOutputHelper output) : IDisposable
{
    private const int FloodMiB = 128;
    private const long MostGrowth = 64 << 20;

    private readonly TempFolder _folder = new();

    [Fact]
    public async Task Output_without_end_and_without_lines_costs_the_manager_bounded_memory()
    {
        using StuckLog log = StuckLog.Full(_folder); // the worst case: nothing is ever taken
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:CaptureOutput=true", "--events=yes"], Wrapper = log.Wrapper });
        await managed.ReadyByEvents();
        long before = PeakMemory(managed.Pid);
        (await managed.Client.Get($"/flood?x={FloodMiB}")).Should().Be("flooded", "the manager reads on");
        output.WriteLine($"the manager has grown by {(PeakMemory(managed.Pid) - before) >> 20} MiB");
        (PeakMemory(managed.Pid) - before).Should().BeLessThan(MostGrowth);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        await log.Read("all workers are gone; exit code 0").WaitAsync(TimeSpan.FromSeconds(30));
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    [Trait("Row", "D5")]
    public async Task Nonsense_without_end_on_the_lifeline_costs_the_worker_its_place_and_the_pool_nothing()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--ProcessManager:DieTimeout=2s", "--events=yes");
        long before = PeakMemory(managed.Pid);
        Task flooding = managed.Client.Lost("/flood-lifeline");
        int broken = int.Parse((await managed.Log.Find(@"worker \d \(pid (\d+)\) sends bytes without end to the manager on its lifeline, which is closed")).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        await managed.Log.Find($"^event exited . {broken} ");
        await managed.Log.FindCount("^event ready", 3);
        await flooding;
        output.WriteLine($"the manager has grown by {(PeakMemory(managed.Pid) - before) >> 20} MiB");
        (PeakMemory(managed.Pid) - before).Should().BeLessThan(MostGrowth);
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    /// <summary>A terminal that shows the log obeys no worker, and no line of a worker is one that systemd shows to every user.</summary>
    [Fact]
    public async Task Escape_sequences_and_levels_in_a_line_of_a_worker_reach_no_terminal()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:CaptureOutput=true", "--ProcessManager:LogFormat=Journal"] });
        await managed.Ready();
        await managed.Client.Get("/print?x=%3C0%3Eto%20all%20%1B%5B2J%1B%5D0%3Btitle%07%C2%9B31m%0D%3C0%3Eagain\\n");
        await managed.Log.Find(@"^<2>ProcManager\.TestWorker: worker 0 \(pid \d+\): to all \\u001B\[2J\\u001B\]0;title\\u0007\\u009B31m\\u000D<0>again$");
        managed.Log.Lines.Should().NotContain(static l => l.Any(static c => char.IsControl(c)) || l.StartsWith("<0>", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>The most that the process ever had resident, in bytes.</summary>
    internal static long PeakMemory(int pid) =>
        1024 * long.Parse(Regex.Match(File.ReadAllText($"/proc/{pid}/status"), @"VmHWM:\s+(\d+) kB").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
}
