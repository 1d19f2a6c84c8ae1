using System.Text.Json;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The pool serves on for a while after it was told to stop, and says that it is not ready.</summary>
[Trait("Row", "F1")]
public class DrainDelays(ITestOutputHelper output)
{
    [Theory]
    [InlineData(Native.Term)]
    [InlineData(Native.Int)]
    [InlineData(Native.Quit)]
    public async Task No_client_is_refused_in_the_delay_while_ready_says_no_and_a_second_signal_ends_it(int signal)
    {
        await using Managed managed = await Start("--ProcessManager:DrainDelay=1h");
        using StatusClient status = await StatusClient.Of(managed);
        (await status.Answer("/ready")).Should().Be((200, "ready\n"));
        var load = new Load(managed.Client, keep: false);

        managed.Signal(signal);
        await managed.Log.Find("told to stop: the pool serves on for 1 h");
        (int code, string reason) = await status.Answer("/ready");
        code.Should().Be(503);
        reason.Should().MatchRegex(@"^stopping in (1 h|59 min)[^,]*, still serving$");
        (await status.Answer("/health")).Should().Be((200, "healthy\n"));
        JsonElement manager = (await status.Json()).GetProperty("manager");
        manager.GetProperty("phase").GetString().Should().Be("draining");
        manager.GetProperty("stopsIn").GetDouble().Should().BeInRange(3000, 3600);
        (await status.Text("/status.txt")).Should().Contain(", still serving");
        managed.Command("peek");
        await managed.Log.Find(@"^peek: the pool was told to stop and still serves, with 2 workers; the stop begins in");

        int before = load.Answered;
        await Until.True(() => load.Answered > before + 100, "clients are served in the delay");
        await load.End(kill: 0);
        managed.Signal(signal);
        await managed.Log.Find("told to stop again: the rest of DrainDelay is left out");
        await managed.Log.Find("stopping: draining 2 workers");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task The_stop_begins_by_itself_when_the_delay_is_over_and_requests_under_way_are_answered()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:DrainDelay=200ms");
        using StatusClient status = await StatusClient.Of(managed);
        (await status.Json()).GetProperty("manager").GetProperty("stopsIn").ValueKind.Should().Be(JsonValueKind.Null);

        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Term);
        await managed.Log.Find("told to stop: the pool serves on for 0.2 s");
        await managed.Log.Find("stopping: draining 2 workers");
        (await status.Answer("/ready")).Should().Be((503, "the pool is stopping\n"));
        folder.Write("go", "");

        (await answer).Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_crashed_worker_is_replaced_in_the_delay_and_what_would_change_the_pool_is_refused()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:DrainDelay=1h", $"--ProcessManager:ControlSocket={folder.File("control.sock")}");
        managed.Signal(Native.Term);
        await managed.Log.Find("told to stop: the pool serves on");

        Native.Send(managed.Workers[0], Native.Kill);
        await managed.Log.FindCount(@"worker 0 \(pid \d+\) is ready", 2);
        managed.Signal(Native.Hup);
        await managed.Log.Find("a reload is ignored: the manager is stopping");
        managed.Signal(Native.Ttin);
        await managed.Log.Find("a change of the number of workers is ignored: the manager is stopping");
        using (ControlClient client = await ControlClient.Connect(folder.File("control.sock")))
        {
            (await client.Ask("""{"command":"reload"}""")).Answer.GetProperty("error").GetString().Should().Be("The pool stops, so nothing is reloaded.");
            (await client.Ask("""{"command":"scale","count":3}""")).Answer.GetProperty("error").GetString().Should().Contain("The pool is stopping");
        }

        managed.Workers.Should().HaveCount(2);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_third_TERM_kills()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:DrainDelay=1h");
        Task<string> answer = await managed.BusyWorker(folder);

        managed.Signal(Native.Term);
        await managed.Log.Find("told to stop: the pool serves on");
        managed.Signal(Native.Term);
        await managed.Log.Find("stopping: draining");
        managed.Signal(Native.Term);

        (await managed.Exit()).Should().Be(1);
        await managed.Log.Find(@"told to stop again: killing \d worker");
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task Shutdown_by_a_method_begins_the_delay_and_the_control_socket_kills_in_it_when_asked_to()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Start("--ProcessManager:DrainDelay=1h", $"--ProcessManager:ControlSocket={folder.File("control.sock")}");
        using ControlClient client = await ControlClient.Connect(folder.File("control.sock"));
        await client.Ask("""{"command":"stop"}""");
        await managed.Log.Find("told to stop: the pool serves on");
        await client.Ask("""{"command":"stop"}""");
        (await managed.Client.Get("/pid")).Should().NotBeEmpty("asked again it does not end the delay");

        await client.Ask("""{"command":"stop","kill":true}""");

        (await managed.Exit()).Should().Be(1);
    }

    [Fact]
    public async Task A_reload_changes_the_delay()
    {
        using var folder = new TempFolder();
        folder.Write("app.json", """{"ProcessManager":{"ProcessCount":1,"DrainDelay":"1h","CanaryTime":"0"}}""");
        await using Managed managed = await Managed.Start(output, $"--config={folder.File("app.json")}", "--events=yes");
        folder.Write("app.json", """{"ProcessManager":{"ProcessCount":1,"DrainDelay":"0","CanaryTime":"0"}}""");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);

        managed.Signal(Native.Term);

        (await managed.Exit()).Should().Be(0);
    }

    private Task<Managed> Start(params string[] switches) =>
        Managed.Start(output, ["--ProcessManager:ProcessCount=2", "--ProcessManager:Status:EndPoint=127.0.0.1:0", "--commands=yes", .. switches]);
}
