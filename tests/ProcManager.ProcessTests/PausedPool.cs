using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>An operator lets no worker accept connections for a while.</summary>
[Trait("Row", "D13")]
public sealed class PausedPool(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder.File("control.sock");

    [Theory]
    [InlineData("--loop=sync")]
    [InlineData("--loop=async")]
    [InlineData("--loop=serve")]
    [InlineData("--loop=sync", "--ProcessManager:StandbyCount=1")]
    public async Task New_connections_wait_until_the_end_of_the_pause(params string[] switches)
    {
        await using Managed managed = await Managed.Start(output, [$"--ProcessManager:ControlSocket={Path}", "--ProcessManager:ProcessCount=2", "--ProcessManager:Status:EndPoint=127.0.0.1:0", .. switches]);
        using StatusClient status = await StatusClient.Of(managed);
        using ControlClient client = await ControlClient.Connect(Path);
        await client.Ask("""{"command":"pause"}""");
        await managed.Log.Find("paused: workers finish what they have");
        List<Task<string>> waiting = await UntilOneWaits(managed);
        (int code, string reason) = await status.Answer("/ready");
        code.Should().Be(503);
        reason.Should().Be("an operator has paused the pool: new connections wait in the queue\n");
        (await status.Json()).GetProperty("pool").GetProperty("paused").GetBoolean().Should().BeTrue();
        ((await client.Ask("""{"command":"peek"}""")).Item1.GetProperty("result").GetString()).Should().Contain("the pool is paused");

        // A worker that begins during the pause is no way around it.
        int[] before = [.. managed.Workers];
        Array.ForEach(before, static w => Native.Send(w, Native.Kill));
        await Until.True(() => managed.Workers.Except(before).Count() == before.Length, "each has a successor");
        foreach (int worker in managed.Workers.Except(before))
        {
            await managed.Log.Find($@"\(pid {worker}\) (?:is ready|stands by)");
        }

        waiting.AddRange(await UntilOneWaits(managed));
        waiting.Should().OnlyContain(static w => !w.IsCompleted);

        await client.Ask("""{"command":"resume"}""");
        (await Task.WhenAll(waiting)).Should().OnlyContain(static answer => answer.StartsWith("Hello"), "no connection is lost");
        await Until.True(async () => (await status.Answer("/ready")).Item1 == 200, "it is ready again");
    }

    [Fact]
    public async Task A_connection_that_is_kept_open_is_served_on()
    {
        await using Managed managed = await Managed.Start(output, $"--ProcessManager:ControlSocket={Path}", "--ProcessManager:ProcessCount=1", "--loop=concurrent");
        using ClientConnection kept = await managed.Client.Connect();
        (await kept.Get("/")).Body.Should().StartWith("Hello");
        using ControlClient client = await ControlClient.Connect(Path);
        using ControlClient follower = await ControlClient.Connect(Path);
        await follower.Ask("""{"command":"events"}""");
        await client.Ask("""{"command":"pause"}""");
        (await follower.Read()).GetProperty("progress").GetProperty("event").GetString().Should().Be("paused");
        List<Task<string>> waiting = await UntilOneWaits(managed);
        (await kept.Get("/")).Body.Should().StartWith("Hello");
        waiting.Should().OnlyContain(static w => !w.IsCompleted);

        managed.Signal(Native.Term); // what waits in the queue at a stop is the stop's business
        (await managed.Exit()).Should().Be(0);
        await Task.WhenAll(waiting.Select(static w => w.ContinueWith(static _ => { }, TaskScheduler.Default)));
    }

    public void Dispose() => _folder.Dispose();

    // A worker may have accepted one more before the word reached it.
    private static async Task<List<Task<string>>> UntilOneWaits(Managed managed)
    {
        while (true)
        {
            Task<string> asked = managed.Client.Get("/", seconds: 60);
            if (await Task.WhenAny(asked, Task.Delay(200)) != asked)
            {
                return [asked];
            }

            await asked;
        }
    }
}
