using System.Globalization;
using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>The clock is set, ahead and back, while workers start, crash and serve: every timeout runs on the monotonic clock.</summary>
public class Clocks(ITestOutputHelper output)
{
    [Fact]
    public async Task The_clock_is_set()
    {
        var folder = new TempFolder();
        await using WeatherPool pool = await WeatherPool.Start(
            output,
            new Launch { Environment = await ShiftedClock.Compile(folder), Arguments = ["--ProcessManager:RequestTimeout=00:00:20", "--ProcessManager:MaxLifetime=01:00:00"] },
            folder);
        for (int i = 0; i < 3; i++)
        {
            ShiftedClock.Ahead(folder);
            (await pool.Client.Get("/clock")).Should().StartWith(DateTime.UtcNow.AddHours(10).ToString("yyyy-MM-ddTHH", CultureInfo.InvariantCulture), "the clock was set");
            await pool.OthersAreServed();
            ShiftedClock.Back(folder);
            await pool.OthersAreServed();
        }

        ShiftedClock.Ahead(folder);
        await pool.Holds(WeatherPool.Nothing);
    }

    [Fact]
    public async Task A_worker_crashes_and_the_pool_reloads_while_the_clock_is_set()
    {
        var folder = new TempFolder();
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch { Environment = await ShiftedClock.Compile(folder), Arguments = ["--ProcessManager:CanaryTime=00:00:00.500"] }, folder);
        await pool.Client.Lost("/crash");
        ShiftedClock.Ahead(folder);
        await pool.Log.FindCount("is ready", 3);
        pool.Managed.Signal(Native.Hup);
        await pool.Log.Find("reload to generation 2 begins");
        ShiftedClock.Back(folder);
        await pool.Log.Find("reload to generation 2 succeeded");
        await pool.Holds(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
    }
}
