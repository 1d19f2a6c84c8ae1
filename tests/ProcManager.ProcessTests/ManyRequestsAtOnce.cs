using System.Diagnostics;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The watchdog over a worker that has many requests under way.</summary>
[Trait("Row", "B1")]
public class ManyRequestsAtOnce(ITestOutputHelper output)
{
    private static readonly string[] Many = ["--ProcessManager:ProcessCount=1", "--loop=concurrent", "--texts=yes", "--events=yes", "--commands=yes", "--ProcessManager:DieTimeout=00:00:00.100"];

    [Fact]
    public async Task Each_of_them_is_told_of_its_soft_time_out_once()
    {
        await using Managed managed = await Managed.Start(
            output, [.. Many, "--ProcessManager:SoftRequestTimeout=00:00:01", "--ProcessManager:RequestTimeout=00:01:00", "--ProcessManager:WatchdogInterval=00:00:00.100", "--soft=no"]);
        var hanging = new List<Task> { managed.Client.Lost("/long?ms=60000") };
        for (int i = 0; i < 12; i++)
        {
            hanging.Add(managed.Client.Lost($"/hang?n={i}"));
        }

        await managed.Log.Find(@"soft timeout in 0 GET /hang\?n=");
        var later = Stopwatch.StartNew();
        hanging.Add(managed.Client.Lost("/hang?late"));
        for (int i = 0; i < 12; i++)
        {
            await managed.Log.Find($@"soft timeout in 0 GET /hang\?n={i}$");
        }

        await managed.Log.Find(@"soft timeout in 0 GET /hang\?late$");
        later.Elapsed.Should().BeGreaterThan(TimeSpan.FromSeconds(0.99)).And.BeLessThan(TimeSpan.FromSeconds(4), "the others still hang");
        await managed.Client.GetAnswer("/pid");
        managed.Count("soft timeout in 0").Should().Be(13, "each was told once, and the long one not");
        managed.Signal(Native.Term);
        await Task.WhenAll(hanging);
    }

    [Theory]
    [InlineData("/long?ms=60000")]
    [InlineData("/extend?ms=1000")]
    public async Task The_line_names_the_request_that_is_over_its_limit_and_no_other(string path)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, [.. Many, "--ProcessManager:LongRequestTimeout=00:00:01", "--ProcessManager:WatchdogInterval=00:00:00.100", "--ProcessManager:WatchdogLadder=Log, Kill"]);
        Task older = managed.Client.Lost($"/wait?file={folder.File("never")}");
        await Until.True(() => File.Exists(folder.File("never.begun")), "an older one is under way");
        Task hanging = managed.Client.Lost(path);
        await managed.Log.Find($@"event hung 0 \d+ (?:Blocked|Spinning) \d+ GET {path.Replace("?", @"\?")} from 127");
        await managed.Log.Find($@"is hung \((?:Blocked|Spinning)\): GET {path.Replace("?", @"\?")} from 127");
        await Task.WhenAll(older, hanging);
    }

    [Fact]
    public async Task Time_in_which_all_stood_still_does_not_count()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. Many, "--ProcessManager:RequestTimeout=00:00:03", "--ProcessManager:WatchdogLadder=Log, Kill", "--trace=yes"]);
        int worker = managed.Workers.Single();
        Task<Answer> slow = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await Until.True(() => File.Exists(folder.File("go.begun")), "the request has begun");
        await managed.StopManager();
        Native.Send(worker, Native.Stop);
        await Until.True(() => Native.State(worker) == 'T', "all stand still");
        await Task.Delay(3500); // longer than the limit
        Native.Send(worker, Native.Cont);
        int from = managed.Log.Count;
        managed.Signal(Native.Cont);
        await managed.Log.Find("the manager itself did not run for", from);
        int looks = managed.Count("^Trace 715: ");
        await Until.True(() => managed.Count("^Trace 715: ") >= looks + 4, "more looks than it would have been given");
        folder.Write("go", "");
        (await slow).Body.Should().Be("waited");
        managed.Count("event hung").Should().Be(0);
    }
}
