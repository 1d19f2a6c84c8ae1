using ProcManager.WeatherTests.Infrastructure;

namespace ProcManager.WeatherTests;

public partial class Limits
{
    [FactAsRoot]
    public async Task The_manager_can_make_no_process()
    {
        await using WeatherPool pool = await StartAsOrdinaryUser();
        await OrdinaryUser.LimitThreads(pool.Managed.Pid, 1);
        await AWorkerIsMissing(pool);
        await OrdinaryUser.LimitThreads(pool.Managed.Pid, null);
        await ThePoolIsWhole(pool);
        await pool.Holds("Resource temporarily unavailable.*" + TriedAgain, lost: 1);
    }

    [TheoryAsRoot]
    [InlineData("sync")]
    [InlineData("async")]
    public async Task No_process_can_make_a_thread(string loop)
    {
        await using WeatherPool pool = await StartAsOrdinaryUser($"--loop={loop}", "--ProcessManager:RequestTimeout=00:00:30");
        int[] all = [pool.Managed.Pid, .. pool.Managed.Workers];
        await Task.WhenAll(all.Select(static p => OrdinaryUser.LimitThreads(p, 1)));

        await pool.OthersAreServed(300);
        await Task.WhenAll(all.Select(static p => OrdinaryUser.LimitThreads(p, null)));

        await pool.Holds(WeatherPool.Nothing);
    }

    [Fact]
    public async Task The_manager_gets_no_memory()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch { Environment = Undemanding });
        ulong old = Native.LimitMemory(pool.Managed.Pid, 1);
        await AWorkerIsMissing(pool);
        Native.LimitMemory(pool.Managed.Pid, old);
        await ThePoolIsWhole(pool);
        await pool.Holds("Cannot allocate memory.*" + TriedAgain, lost: 1);
    }
}
