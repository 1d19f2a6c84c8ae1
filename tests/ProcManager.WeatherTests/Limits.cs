using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>Descriptors, threads and memory run out, in the manager and in a worker. What is there goes on, and when there is more again the pool is whole.</summary>
public partial class Limits(ITestOutputHelper output)
{
    private const string TriedAgain = "Tried again in";

    /// <summary>CoreCLR itself aborts when it cannot make the thread that compiles again what is called often, or a second mapping of its code (docs/memory.md).</summary>
    private static Dictionary<string, string?> Undemanding => new() { ["DOTNET_TieredCompilation"] = "0", ["DOTNET_EnableWriteXorExecute"] = "0" };

    [Fact]
    public async Task The_manager_has_no_descriptor_left()
    {
        await using WeatherPool pool = await WeatherPool.Start(output);
        ulong old = Native.LimitDescriptors(pool.Managed.Pid, Native.LowestFree(pool.Managed.Pid));
        await AWorkerIsMissing(pool);
        Native.LimitDescriptors(pool.Managed.Pid, old);
        await ThePoolIsWhole(pool);
        await pool.Holds("Too many open files.*" + TriedAgain, lost: 1);
    }

    /// <summary>One after the other: the worker that is at its limit must not keep a connection from the other one.</summary>
    [Fact]
    public async Task A_worker_has_no_descriptor_left()
    {
        await using WeatherPool pool = await WeatherPool.Start(output);
        foreach (int worker in pool.Managed.Workers)
        {
            ulong old = Native.LimitDescriptors(worker, Native.LowestFree(worker));
            await pool.OthersAreServed(200);
            Native.LimitDescriptors(worker, old);
        }

        await pool.Holds("no connection can be accepted: Too many open files");
    }

    private async Task<WeatherPool> StartAsOrdinaryUser(params string[] switches)
    {
        var folder = new TempFolder();
        return await WeatherPool.Start(output, new Launch { Wrapper = OrdinaryUser.Wrapper, Program = OrdinaryUser.Program(folder), Environment = Undemanding, Arguments = switches }, folder);
    }

    private static async Task AWorkerIsMissing(WeatherPool pool)
    {
        Native.Send(pool.Managed.Workers[0], Native.Kill);
        await pool.Log.Find(TriedAgain);
        await pool.OthersAreServed();
    }

    private static Task ThePoolIsWhole(WeatherPool pool) => pool.Log.FindCount("is ready", 3);
}
