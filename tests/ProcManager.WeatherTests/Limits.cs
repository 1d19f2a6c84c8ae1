using ProcManager.WeatherTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>Descriptors, threads and memory run out, in the manager and in a worker. What is there goes on, and when there is more again the pool is whole.</summary>
public class Limits(ITestOutputHelper output)
{
    private const string TriedAgain = "Tried again in";

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
            // In the first requests of a process CoreCLR itself ends when it cannot open what it needs, or misses it for good (see below): here the worker has served.
            int served = 0;
            await Until.True(
                async () => (served += (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.Client.GetAnswer("/pid")))).Count(a => a.Pid == worker)) >= 20,
                "it has served 20 requests");
            ulong old = Native.LimitDescriptors(worker, Native.LowestFree(worker));
            await pool.OthersAreServed(200);
            Native.LimitDescriptors(worker, old);
        }

        await pool.Holds("no connection can be accepted: Too many open files");
    }

#if !NATIVE_AOT // a program compiled ahead loads no assemblies
    /// <summary>The runtime does not open it again, and to this handler its exception is a client that has gone: without help the worker would close every connection without an answer.</summary>
    [Fact]
    public async Task A_worker_that_could_not_open_an_assembly_is_replaced()
    {
        await using WeatherPool pool = await WeatherPool.Start(output, "--loop=sync");
        string file = pool.Folder.File("go");
        Task lost = pool.Client.Lost("/late?file=" + Uri.EscapeDataString(file));
        int worker = 0;
        await Until.True(() => File.Exists(file + ".begun") && int.TryParse(File.ReadAllText(file + ".begun"), out worker), "its request has begun");
        Native.LimitDescriptors(worker, Native.LowestFree(worker));
        await File.WriteAllTextAsync(file, "");
        await lost;
        await ThePoolIsWhole(pool);
        pool.Managed.Workers.Should().NotContain(worker);
        File.Delete(file);
        File.Delete(file + ".begun");

        // Without a descriptor CoreCLR may end the process by itself, in the middle of throwing; then it has said so, and the worker is replaced, too.
        await pool.Holds(@$"worker \d \(pid {worker}\): /.*/System\..*Xml.*\.dll could not be opened|Internal CLR error|Out of memory\.|PAL_SEHException");
    }
#endif

#if NATIVE_AOT // CoreCLR itself ends the process when it cannot make a thread of its own, or map memory: docs/memory.md
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

    /// <summary>With a loop that needs no thread of the pool: the runtime's pool ends the process.</summary>
    [FactAsRoot]
    public async Task No_process_can_make_a_thread()
    {
        await using WeatherPool pool = await StartAsOrdinaryUser("--loop=sync", "--ProcessManager:RequestTimeout=00:00:30");
        int[] all = [pool.Managed.Pid, .. pool.Managed.Workers];
        await Task.WhenAll(all.Select(static p => OrdinaryUser.LimitThreads(p, 1)));

        await pool.OthersAreServed(300);
        await Task.WhenAll(all.Select(static p => OrdinaryUser.LimitThreads(p, null)));

        await pool.Holds(WeatherPool.Nothing);
    }

    [Fact]
    public async Task The_manager_gets_no_memory()
    {
        await using WeatherPool pool = await WeatherPool.Start(output);
        ulong old = Native.LimitMemory(pool.Managed.Pid, 1);
        await AWorkerIsMissing(pool);
        Native.LimitMemory(pool.Managed.Pid, old);
        await ThePoolIsWhole(pool);
        await pool.Holds("Cannot allocate memory.*" + TriedAgain, lost: 1);
    }

    private async Task<WeatherPool> StartAsOrdinaryUser(params string[] switches)
    {
        var folder = new TempFolder();
        return await WeatherPool.Start(output, new Launch { Wrapper = OrdinaryUser.Wrapper, Program = OrdinaryUser.Program(folder), Arguments = switches }, folder);
    }
#endif

    private static async Task AWorkerIsMissing(WeatherPool pool)
    {
        Native.Send(pool.Managed.Workers[0], Native.Kill);
        await pool.Log.Find(TriedAgain);
        await pool.OthersAreServed();
    }

    private static Task ThePoolIsWhole(WeatherPool pool) => pool.Log.FindCount("is ready", 3);
}
