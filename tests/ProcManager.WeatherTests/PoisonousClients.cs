using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>A client whose requests crash their worker. A crash costs its own request, never the pool.</summary>
public class PoisonousClients(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_crash_every_100_ms(int standby)
    {
        await using WeatherPool pool = await WeatherPool.Start(output, "--ProcessManager:ProcessCount=3", $"--ProcessManager:StandbyCount={standby}");
        for (int i = 0; i < 30; i++)
        {
            await pool.Client.Lost("/crash");
            await Task.Delay(100); // the beat of this client: no wait for anything
            pool.Managed.Count("crash loop").Should().Be(0, "the workers that crashed had served");
        }

        await pool.Holds(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
    }

    [Fact]
    public async Task Requests_that_exit_leave_and_are_killed_in_turn()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, "--ProcessManager:ProcessCount=3");
        for (int i = 0; i < 5; i++)
        {
            await pool.Client.Lost("/exit?code=3");
            await pool.Client.Lost("/leave");
            await pool.Client.Lost("/crash");
        }

        pool.Managed.Count("crash loop").Should().Be(0);
        await pool.Holds(@"ended with exit code 3 \(Crashed\)");
    }

    /// <summary>The place of a hung worker is empty until the watchdog has ended it: with more workers than hung requests the others go on.</summary>
    [Fact]
    public async Task Requests_that_hang()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, "--ProcessManager:ProcessCount=3", "--ProcessManager:RequestTimeout=00:00:03", "--ProcessManager:WatchdogLadder=Log, Kill");
        for (int i = 0; i < 3; i++)
        {
            await Task.WhenAll(pool.Client.Lost("/hang"), pool.Client.Lost("/hang"));
        }

        await pool.Holds(@"is killed \(Hung\): its request has taken");
    }
}
