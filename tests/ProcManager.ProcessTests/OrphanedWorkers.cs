using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The manager was killed while a worker was busy. The service must be able to start again at once, and nothing of the old one may stay for ever.</summary>
[Trait("Row", "A2.7")]
public class OrphanedWorkers(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_service_starts_again_while_the_old_worker_still_answers(bool unix)
    {
        using var folder = new TempFolder();
        string where = unix ? $"--socket={folder.File("s")}" : $"--port={Native.FreePort()}";
        await using Managed killed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", where);
        int[] workers = [.. killed.Workers];
        Task<string> answer = await killed.BusyWorker(folder);
        killed.Signal(Native.Kill);
        await killed.Log.Find("the manager has died: this worker accepts nothing more");
        await Until.True(() => workers.Count(Native.IsAlive) == 1, "the idle worker is gone");

        await using Managed again = await Managed.Start(output, "--ProcessManager:ProcessCount=2", where);

        (await again.Client.Get("/")).Should().StartWith("Hello");
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        await Until.True(() => !workers.Any(Native.IsAlive), "the old worker is gone");
    }

    [Theory]
    [InlineData("sync", "/wait?file=/nonexistent/never")]
    [InlineData("concurrent", "/sleep?ms=600000")]
    [InlineData("async", "/starve?ms=600000")]
    [InlineData("sync", "/spin?ms=600000")]
    public async Task A_worker_that_hangs_ends_itself_after_the_die_timeout(string loop, string request)
    {
        using var folder = new TempFolder();
        string path = request.StartsWith("/wait", StringComparison.Ordinal) ? $"/wait?file={folder.File("never")}" : request;
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--loop={loop}", "--ProcessManager:DieTimeout=00:00:01", "--commands=yes");
        int worker = managed.Workers.Single();
        Task lost = managed.Client.Lost(path);
        await managed.StatesAre("r");
        managed.Signal(Native.Kill);
        await managed.Log.Find("is killed after 1 s");
        await Until.True(() => !Native.IsAlive(worker), "it has ended itself");
        await lost;
    }

    [Fact]
    public async Task A_worker_whose_start_hangs_before_Manage_keeps_the_address_for_twice_its_start_timeout_at_most()
    {
        int port = Native.FreePort();
        string[] arguments = ["--ProcessManager:ProcessCount=1", "--ProcessManager:StartTimeout=00:00:02", $"--port={port}"];
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [.. arguments, "--boot-early-in-worker=hang"] });
        await managed.Log.Find("hanging at start");
        int worker = int.Parse((await managed.Log.Find(@"worker 0 \(pid (\d+)\) was started")).Groups[1].Value);
        Native.Send(managed.StartedPid, Native.Kill);
        Native.IsAlive(worker).Should().BeTrue();
        await Until.True(() => !Native.IsAlive(worker), "it has ended itself", 6);

        await using Managed again = await Managed.Start(output, arguments);
        (await again.Client.Get("/")).Should().StartWith("Hello");
    }
}
