using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>The process at the other end of the log pipe is gone, stuck or slow. None of that may hold the pool.</summary>
public partial class LogReaders(ITestOutputHelper output)
{
    private static readonly string[] Quick = ["--ProcessManager:CanaryTime=00:00:00.050"];

    [Fact]
    public async Task The_reader_is_slow_and_still_gets_the_last_line()
    {
        await using WeatherPool pool = await Start("--ProcessManager:ProcessCount=6");
        pool.Pipe!.Dawdle();
        await ReloadsAreDone(pool);
        await pool.Holds("all workers are gone; exit code 0");
    }

    /// <summary>As when the log is a file on a full disk.</summary>
    [Fact]
    public async Task Nothing_can_be_written()
    {
        await using WeatherPool pool = WeatherPool.Launch(output, new Launch { Wrapper = ["/bin/sh", "-c", "exec \"$0\" \"$@\" 2>/dev/full"], Arguments = Quick });
        await pool.ReadyUnheard();
        await ReloadsAreDone(pool);
        await pool.OthersAreServed();
        await pool.EndOthers();
        await pool.Stops();
    }

    private async Task<WeatherPool> Start(params string[] switches)
    {
        WeatherPool pool = WeatherPool.Launch(output, new Launch { Arguments = [.. Quick, .. switches] }, pipe: true);
        await pool.Ready();
        return pool;
    }

    // Enough words to fill the pipe several times; the log cannot tell when they are done.
    private static async Task ReloadsAreDone(WeatherPool pool)
    {
        for (int generation = 2; generation <= 6; generation++)
        {
            await pool.Reload(generation);
        }
    }
}
