using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>STOP and CONT: a suspended laptop, a paused container, a debugger.</summary>
public class StoppedProcesses(ITestOutputHelper output)
{
    private static readonly string[] ShortLimits = ["--ProcessManager:RequestTimeout=00:00:02"];

    /// <summary>A worker dies meanwhile: its place is filled when the manager runs again, and the healthy ones do not pay.</summary>
    [Fact]
    public async Task The_manager_is_stopped_for_longer_than_every_limit()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, ShortLimits);
        await pool.Managed.StopManager();
        await pool.Client.Lost("/crash");
        await pool.OthersAreServed(20);
        await Task.Delay(TimeSpan.FromSeconds(3)); // longer than every limit: the time is what it is about
        await pool.OthersAreServed(20);
        pool.Managed.Signal(Native.Cont);
        await pool.Log.FindCount("is ready", 3);
        pool.Managed.Count(@"is killed \(|is hung").Should().Be(0);
        await pool.Holds("the manager itself did not run for");
    }

    [Fact]
    public async Task Everything_is_stopped()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, ShortLimits);
        int[] all = [pool.Managed.Pid, .. pool.Managed.Workers];
        await pool.Managed.StopManager();
        foreach (int pid in all[1..])
        {
            await Stop(pid);
        }

        await Task.Delay(TimeSpan.FromSeconds(3)); // as above
        foreach (int pid in all)
        {
            Native.Send(pid, Native.Cont);
        }

        pool.Managed.Count(@"is killed \(|is hung").Should().Be(0);
        pool.Managed.Workers.Should().BeEquivalentTo(all[1..]);
        await pool.Holds("the manager itself did not run for");
    }

    [Fact]
    public async Task A_worker_is_stopped_and_never_continued()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, [.. ShortLimits, "--ProcessManager:WatchdogLadder=Log, Kill"]);
        int worker = pool.Managed.Workers[0];
        await Stop(worker);
        await pool.Log.FindCount("is ready", 3);
        await pool.Holds(@"is hung \(Stopped\)", lost: 1); // it may have had a request in hand
    }

    private static async Task Stop(int pid)
    {
        Native.Send(pid, Native.Stop);
        await Until.True(() => Native.State(pid) == 'T', "it is stopped");
    }
}
