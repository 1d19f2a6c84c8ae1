using ProcManager.WeatherTests.Infrastructure;

namespace ProcManager.WeatherTests;

public partial class Environments
{
    /// <summary>As dotnet watch starts a program. Its hook is the test worker itself, which has the class that the runtime looks for.</summary>
    [Fact]
    public async Task By_a_watcher()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, new Launch
        {
            Environment =
            {
                ["DOTNET_WATCH"] = "1",
                ["DOTNET_WATCH_ITERATION"] = "1",
                ["DOTNET_MODIFIABLE_ASSEMBLIES"] = "debug",
                ["DOTNET_STARTUP_HOOKS"] = Path.Combine(Places.TestWorkerFolder, "ProcManager.TestWorker.dll"),
                ["DOTNET_HOTRELOAD_NAMEDPIPE_NAME"] = "none",
            },
            Arguments = Quick,
        });
        await pool.Client.Lost("/crash");
        await pool.Reload(2);
        await Lacks(pool, "DOTNET_STARTUP_HOOKS", "DOTNET_WATCH", "DOTNET_HOTRELOAD_NAMEDPIPE_NAME");
        await pool.Holds(@"ended with SIGABRT \(Crashed\)");
    }
}
