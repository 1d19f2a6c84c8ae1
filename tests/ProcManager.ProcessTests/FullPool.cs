using System.Globalization;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>Connections that wait: a pool of a fixed size tells of them, one that may grow does.</summary>
[Trait("Row", "core")]
public class FullPool(ITestOutputHelper output)
{
    [Fact]
    public async Task A_pool_of_a_fixed_size_warns_once_that_all_are_busy_and_connections_wait_and_tells_the_end()
    {
        using var folder = new TempFolder();
        string gate = folder.File("gate");
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", "--events=yes");
        Task<string>[] requests = [.. Enumerable.Range(0, 2).Select(_ => managed.Client.Get($"/wait?file={gate}"))];
        await Until.True(() => File.Exists(gate + ".begun"), "a request has begun");
        Task<string>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => managed.Client.Get("/pid"))];

        await managed.Log.Find(@"no worker is free \(2 workers busy\) and connections wait \(\d at this moment\)\. Raise ProcessCount");
        await File.WriteAllTextAsync(gate, "");
        await Task.WhenAll([.. requests, .. waiting]);

        await managed.Log.Find(@"connections wait no more; they did for \d+(?:\.\d+)? s, \d at most");
        managed.Count(@"workers busy\) and connections wait").Should().Be(1);
    }

    /// <summary>The kernel has no place for further clients, and they hear nothing: only the log can tell why.</summary>
    [Theory]
    [InlineData("PerRequest", "--ProcessManager:MaxCount=1")]
    public async Task A_full_queue_of_a_listener_is_told_once(string sizing, string most)
    {
        using var folder = new TempFolder();
        string gate = folder.File("gate");
        await using Managed managed = await Managed.Start(output, $"--ProcessManager:Sizing={sizing}", most, "--backlog=1", "--events=yes");
        Task<string> request = managed.Client.Get($"/wait?file={gate}", 60);
        await Until.True(() => File.Exists(gate + ".begun"), "a request has begun");
        Task<string>[] waiting = [.. Enumerable.Range(0, 3).Select(_ => managed.Client.Get("/pid", 60))];

        await managed.Log.Find(@"the queue of the listener http is full: (1 connection waits|2 connections wait), its backlog is 1\. Further clients are refused or time out\.");
        await File.WriteAllTextAsync(gate, "");
        await Task.WhenAll([request, .. waiting]);

        managed.Count("the queue of the listener http is full").Should().Be(1);
    }

    [Theory]
    [InlineData("Dynamic")]
    [InlineData("OnDemand")]
    public async Task A_pool_that_may_grow_does_when_its_only_idle_worker_takes_no_connection(string sizing)
    {
        string[] first = sizing == "Dynamic" ? ["--ProcessManager:StartCount=1", "--ProcessManager:MinSpare=1", "--ProcessManager:MaxSpare=2"] : [];
        await using Managed managed = await Managed.Start(output, [.. first, $"--ProcessManager:Sizing={sizing}", "--ProcessManager:MaxCount=3", "--events=yes"]);
        int pid = int.Parse(await managed.Client.Get("/pid"), CultureInfo.InvariantCulture);
        Native.Send(pid, Native.Stop);
        try
        {
            (await managed.Client.Get("/pid").WaitAsync(TimeSpan.FromSeconds(60))).Should().NotBe(pid.ToString(CultureInfo.InvariantCulture));
        }
        finally
        {
            Native.Send(pid, Native.Cont);
        }
    }
}
