using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A program in the background of a terminal with <c>stty tostop</c>: what it writes comes through, and what the kernel sends for it is no order.</summary>
[Trait("Row", "A2.4")]
public class BehindATerminal(ITestOutputHelper output)
{
    [Fact]
    public async Task The_manager_starts_serves_and_stops_and_nothing_spins()
    {
        using var terminal = new Pty(output);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=2"], Wrapper = terminal.BackgroundJob });
        int manager = int.Parse((await terminal.Log.Find(@"manager \(pid (\d+)\): managing")).Groups[1].ValueSpan);
        try
        {
            await terminal.Log.Find("all 2 workers are ready");
            Native.Send(manager, Native.Ttin);
            await terminal.Log.Find("3 workers are wanted now");
            await terminal.Log.FindCount("is ready", 3);
            TimeSpan before = Pool.CpuTime(manager);
            await Task.Delay(1000);
            (Pool.CpuTime(manager) - before).Should().BeLessThan(TimeSpan.FromSeconds(0.5));
        }
        finally
        {
            Native.TrySend(manager, Native.Term);
        }

        await terminal.Log.Find("all workers are gone; exit code 0");
        terminal.Log.Lines.Where(static l => l.Contains("safe exit after SIGTERM")).Should().HaveCount(3);
        terminal.Log.Lines.Should().NotContain(static l => l.Contains("1 worker is wanted now"));
        await managed.Exit();
    }

    [Fact]
    public async Task What_the_host_itself_writes_comes_through_too()
    {
        using var terminal = new Pty(output);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--hooks=yes", "--events=yes"], Wrapper = terminal.BackgroundJob });
        int manager = int.Parse((await terminal.Log.Find(@"manager \(pid (\d+)\): managing")).Groups[1].ValueSpan);
        await terminal.Log.Find("event pool ready");
        await terminal.Log.Find("event begins 0"); // in the worker
        Native.Send(manager, Native.Term);
        await terminal.Log.Find("hook exit 0");
        await terminal.Log.Find("clean-up of Worker 0");
        await managed.Exit();
    }

    [Fact]
    public async Task Reading_from_it_starts_no_workers()
    {
        using var terminal = new Pty(output);
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--read-terminal=yes"], Wrapper = terminal.BackgroundJob });
        int manager = int.Parse((await terminal.Log.Find(@"manager \(pid (\d+)\): managing")).Groups[1].ValueSpan);
        await terminal.Log.Find("SIGTTIN comes from the terminal");
        await terminal.Log.Find("ready: 1 worker");
        await terminal.Log.Find("reading ended with");
        Native.Send(manager, Native.Term);
        await terminal.Log.Find("all workers are gone; exit code 0");
        terminal.Log.Lines.Should().NotContain(static l => l.Contains("wanted now"));
        await managed.Exit();
    }
}
