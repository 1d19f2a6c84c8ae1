using System.Globalization;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "C1")]
[Trait("Row", "C5")]
public class GrowingWorkers(ITestOutputHelper output)
{
    private static readonly string[] Watched =
    [
        "--ProcessManager:MemoryInterval=00:00:00.100", "--ProcessManager:MemorySamples=2", "--ProcessManager:MinLifetime=00:00:00", "--ProcessManager:RecycleInterval=00:00:00",
        "--events=yes", "--commands=yes",
    ];

    [Theory]
    [InlineData("Private", 100)]
    [InlineData("Resident", 150)]
    [InlineData("Proportional", 120)]
    public async Task A_worker_that_leaks_is_asked_for_a_collection_and_then_replaced(string measure, int limit)
    {
        await using Managed managed = await Managed.Start(
            output, [.. Watched, "--ProcessManager:ProcessCount=2", $"--ProcessManager:MaxMemory={limit << 20}", $"--ProcessManager:MemoryMeasure={measure}"]);
        int leaking = (await managed.Client.GetAnswer("/leak?mb=200")).Pid;
        await managed.Log.Find($@"worker \d \(pid {leaking}\) is over its memory limit: it is asked for a full collection first");
        await managed.Log.Find($@"worker \d \(pid {leaking}\) has reached a limit \(memory \d+(?:\.\d)? MiB of \d+ MiB\); it is replaced");
        await managed.Log.Find($"event exited . {leaking} cause=MemoryLimit code=0 ");
        managed.Count("event exited").Should().Be(1, "nobody else goes");
        managed.Readiness().Fewest.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Memory_that_is_asked_for_and_not_used_counts_by_the_measure_Virtual_alone()
    {
        long idle;
        await using (Managed probe = await Managed.Start(output, "--ProcessManager:ProcessCount=1"))
        {
            idle = long.Parse(Native.ReadOrEmpty($"/proc/{probe.Workers.Single()}/statm").Split(' ')[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }

        await using Managed managed = await Managed.Start(
            output, [.. Watched, "--ProcessManager:ProcessCount=1", $"--ProcessManager:MaxMemory={idle + (4L << 30)}", "--ProcessManager:MemoryMeasure=Virtual"]);
        Answer asked = await managed.Client.GetAnswer("/reserve?mb=8192");
        asked.Body.Should().Be("reserved 8192");
        await managed.Log.Find($"event exited 0 {asked.Pid} cause=MemoryLimit code=0 ");
        managed.Count("event exited").Should().Be(1);
    }

    [Fact]
    public async Task A_container_that_is_too_small_for_all_workers_at_their_limit_is_told_of()
    {
        // Over the control groups of this machine, in a mount namespace of its own, lie others: of version 1 and of version 2.
        const string Small = "mount -t tmpfs none /sys/fs/cgroup && mkdir /sys/fs/cgroup/memory && echo 314572800 | tee /sys/fs/cgroup/memory.max > /sys/fs/cgroup/memory/memory.limit_in_bytes && exec \"$0\" \"$@\"";
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["unshare", "--mount", "/bin/sh", "-c", Small],
            Arguments = ["--ProcessManager:ProcessCount=2", "--ProcessManager:StandbyCount=1", $"--ProcessManager:MaxMemory={200 << 20}"],
        });
        await managed.Ready();
        await managed.Log.Find("4 workers of 200 MiB each may take 800 MiB, but the container has 300 MiB");
    }

    [Fact]
    public async Task Garbage_is_collected_and_the_worker_stays()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1", $"--ProcessManager:MaxMemory={100 << 20}", "--ProcessManager:MemorySamples=30"]); // in 3 s a slow machine has collected, too
        int pid = (await managed.Client.GetAnswer("/garbage?mb=200")).Pid;
        await managed.Log.Find($@"worker 0 \(pid {pid}\) is over its memory limit: it is asked");
        await Until.True(async () => Memory(await managed.Snapshot()) is > 0 and < 100 << 20, "the memory is given back");
        (await managed.Client.GetAnswer("/pid")).Pid.Should().Be(pid);
        managed.Count("has reached a limit").Should().Be(0);
    }

    [Fact]
    public async Task A_busy_worker_over_its_limit_finishes_its_request_first()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=1", $"--ProcessManager:MaxMemory={100 << 20}"]);
        int pid = managed.Workers.Single();
        Task<Answer> busy = managed.Client.GetAnswer($"/leak-and-wait?file={folder.File("go")}");
        await managed.Log.Find($@"worker 0 \(pid {pid}\): draining \(memory \d+(?:\.\d)? MiB of \d+ MiB\)");
        Native.IsAlive(pid).Should().BeTrue();
        File.WriteAllText(folder.File("go"), "");
        Answer answer = await busy;
        answer.Body.Should().Be("waited");
        await managed.Log.Find($"event exited 0 {pid} cause=MemoryLimit code=0 ");
    }

    [Fact]
    public async Task A_leak_under_load_is_recycled_again_and_again_without_a_failed_request()
    {
        await using Managed managed = await Managed.Start(
            output, [.. Watched, "--ProcessManager:ProcessCount=2", $"--ProcessManager:MaxMemory={100 << 20}", "--ProcessManager:CanaryTime=00:00:00"]);
        var load = new Load(managed.Client, keep: false);
        for (int ended = 1; ended <= 3; ended++)
        {
            while (managed.Count("cause=MemoryLimit") < ended)
            {
                (await managed.Client.GetAnswer("/leak?mb=40")).Status.Should().Be("200 OK");
            }
        }

        await load.End(kill: 0);
        managed.Readiness().Fewest.Should().BeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task When_fresh_workers_are_over_the_limit_too_recycling_stops_with_an_alarm()
    {
        using var folder = new TempFolder();
        string boot = folder.Write("boot", "leak 200");
        await using Managed managed = await Managed.Start(
            output, [.. Watched, "--ProcessManager:ProcessCount=1", $"--ProcessManager:MaxMemory={100 << 20}", "--ProcessManager:CanaryTime=00:00:00", $"--boot-file={boot}"]);
        await managed.Log.Find(@"recycling does not help: 3 fresh workers one after the other were over MaxMemory from the start, also after a full collection, the last with 2\d\d(?:\.\d)? MiB");
        await managed.Log.FindCount("event exited .* cause=MemoryLimit", 3);

        // A reload begins anew, with a program that is mended.
        folder.Write("boot", "");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        await managed.Client.GetAnswer("/leak?mb=200");
        await managed.Log.FindCount("event exited .* cause=MemoryLimit", 4);
    }

    [Fact]
    public async Task When_the_pool_is_over_its_limit_the_largest_goes()
    {
        await using Managed managed = await Managed.Start(output, [.. Watched, "--ProcessManager:ProcessCount=3", $"--ProcessManager:MaxPoolMemory={300 << 20}"]);
        using var folder = new TempFolder();
        Task<Answer> small = Leak(managed, 80);
        Task<Answer> large = Leak(managed, 250);
        int largest = (await large).Pid;
        await small;
        await managed.Log.Find($@"worker \d \(pid {largest}\) is the largest of a pool over its memory limit: it is asked for a full collection first");
        await managed.Log.Find($@"worker \d \(pid {largest}\) has reached a limit \(memory of the pool \d+(?:\.\d)? MiB of ");
        await managed.Log.Find($"event exited . {largest} cause=PoolMemoryLimit code=0 ");
    }

    [Fact]
    public async Task A_heap_limit_reaches_the_workers_and_holds()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:MaxMemory={200 << 20}", "--ProcessManager:HeapLimitPercent=150");
        (await managed.Client.Get("/heap-limit")).Should().Be($"{300 << 20}");
        await FluentActions.Awaiting(() => managed.Client.Get("/leak?mb=400")).Should().ThrowAsync<IOException>();
        await managed.Log.Find("Out of memory|OutOfMemoryException");
        await managed.Log.Find(@"ended with SIGABRT(, core dumped)? \(Crashed\)");
    }

    [Fact]
    public async Task A_limit_below_an_empty_worker_is_refused_with_both_numbers()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:MaxMemory=1048576"] });
        await managed.Log.Find(@"ProcessManager:MaxMemory is 1048576; allowed: off \(0\) for no limit, or \d{7,} bytes and more: an empty process of this program uses \d{7,} bytes by the measure Private\.");
        (await managed.Exit()).Should().Be(78);
    }

    private static Task<Answer> Leak(Managed managed, int mebibytes) => managed.Client.GetAnswer($"/leak?mb={mebibytes}");

    private static long Memory(string snapshot) => long.Parse(Regex.Match(snapshot, @"memory (\d+)").Groups[1].ValueSpan, CultureInfo.InvariantCulture);
}
