using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>One request, one process: connections that the host gives the manager, when that becomes another program and when it has ended.</summary>
[Trait("Row", "D3")]
public sealed class PerRequestDispatch(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_restart_in_place_waits_until_a_connection_of_the_host_has_a_worker()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=1", "--dispatch=none"]);
        Task<string> busy = await managed.BusyWorker(_folder);
        using ClientConnection waiting = await managed.Client.Connect();
        await waiting.Send("/pid");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("503 Busy", "one waits in the manager");
        managed.Signal(Native.Usr2);
        await managed.Log.Find("restart in place: the new program can start; it takes over when what is under way is over: 1 connection that waits in the manager for a worker$");
        managed.Count("takes over; workers serve on").Should().Be(0);

        _folder.Write("go", "");

        (await busy).Should().Be("waited");
        (await waiting.Receive(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token)).Status.Should().Be("200 OK");
        await managed.Log.Find("takes over; workers serve on");
        await managed.Log.FindCount("manager .* managing", 2);
        await managed.Log.FindCount("^listening ", 2);
        using var after = new Client(managed.Log.Lines.Last(static l => l.StartsWith("listening ", StringComparison.Ordinal)).Split(' ')[1]);
        (await after.GetAnswer("/pid")).Status.Should().Be("200 OK", "the host of the new program gives its connections to the same pool");
    }

    [Fact]
    public async Task When_the_pool_has_ended_a_connection_of_the_host_is_still_its_own()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--dispatch=none", "--keep-process=yes"]);
        managed.Signal(Native.Term);
        await managed.Log.Find("^dispatch after the end: False");
        (await managed.Exit()).Should().Be(0);
    }

    public void Dispose() => _folder.Dispose();
}
