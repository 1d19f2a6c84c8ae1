using System.Diagnostics;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

public class LeavingWorkers(ITestOutputHelper output)
{
    public static TheoryData<string, int> LoopsAndSignals()
    {
        var data = new TheoryData<string, int>();
        foreach (string loop in new[] { "sync", "async", "concurrent", "stopping" })
        {
            data.Add(loop, Native.Term);
            data.Add(loop, Native.Hup);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LoopsAndSignals))]
    [Trait("Row", "A2.4")]
    public async Task An_idle_worker_leaves_at_once_with_exit_code_0_and_is_replaced_without_counting_as_a_crash(string loop, int signal)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2", $"--loop={loop}", "--events=yes", "--commands=yes");
        int worker = managed.Workers[0];
        Native.Send(worker, signal);
        await managed.Log.Find($"event exited . {worker} cause=AskedByOther code=0 signal= ");
        await managed.Log.FindCount("event ready", 3);
        await managed.Log.Find($@"\(pid {worker}\): safe exit after SIG{(signal == Native.Term ? "TERM" : "HUP")}");
        managed.Command("ends");
        await managed.Log.Find("ends 1 crashes 0 ");
    }

    [Theory]
    [InlineData(Native.Term)]
    [InlineData(Native.Hup)]
    [Trait("Row", "A2.5")]
    [Trait("Row", "A2.6")]
    [Trait("Row", "A3.1")]
    public async Task A_busy_worker_finishes_its_request_and_exits_with_0(int signal)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--events=yes");
        int worker = managed.Workers[0];
        Task<string> answer = await managed.BusyWorker(folder);
        Native.Send(worker, signal);
        await managed.Log.FindCount("event ready", 2); // replaced already while it drains
        Native.IsAlive(worker).Should().BeTrue();
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        await managed.Log.Find($"event exited . {worker} cause=AskedByOther code=0");
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("concurrent")]
    [InlineData("stopping")]
    [Trait("Row", "A2.7")]
    public async Task When_the_manager_is_killed_idle_workers_go_within_a_second(string loop)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=4", $"--loop={loop}");
        int[] workers = [.. managed.Workers];
        var clock = Stopwatch.StartNew();
        managed.Signal(Native.Kill);
        await Until.True(() => !workers.Any(Native.IsAlive), "all workers are gone");
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(1));
        await managed.Log.Find("safe exit: the manager has died");
    }

    [Fact]
    [Trait("Row", "A2.7")]
    public async Task When_the_manager_is_killed_a_busy_worker_answers_first()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=2");
        Task<string> answer = await managed.BusyWorker(folder);
        managed.Signal(Native.Kill);
        await managed.Log.Find("safe exit: the manager has died"); // the idle one
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        await managed.NobodyLeft(5);
    }

    [Theory]
    [InlineData("sync", true)]
    [InlineData("async", true)]
    [InlineData("stopping", true)]
    [Trait("Row", "A3.2")]
    public async Task A_host_that_waits_with_us_is_let_out_so_that_its_clean_up_runs(string loop, bool cleanUp)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--loop={loop}");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Log.Lines.Contains("clean-up of Worker 0").Should().Be(cleanUp);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Row", "A3.2")]
    [Trait("Row", "A2.4")]
    public async Task A_host_with_a_wait_of_its_own_is_ended_in_PostDispatch_or_at_once_when_idle(bool busy)
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", "--loop=own", $"--own-folder={folder.Path}", "--events=yes"] });
        await managed.Log.Find("own wait 0");
        await managed.Log.Find(@"all \d+ workers are ready|ready: 1 worker");
        using var client = new Client(folder.File("own-0.sock"));
        Task<string>? answer = busy ? client.Get($"/wait?file={folder.File("go")}") : null;
        if (busy)
        {
            await Until.True(() => File.Exists(folder.File("go.begun")), "the request has begun");
        }

        Native.Send(managed.StartedPid, Native.Term);
        await managed.Log.Find("draining for the stop");
        if (answer is not null)
        {
            folder.Write("go", "");
            (await answer).Should().Be("waited");
        }

        (await managed.Exit()).Should().Be(0);
        await managed.Log.Find("event exited 0 .* cause=Stopped code=0");
        managed.Log.Lines.Should().NotContain(static l => l.StartsWith("clean-up of Worker", StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Row", "A2.9")]
    public async Task A_worker_can_ask_which_signals_came_and_how_often()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1");
        int worker = managed.Workers[0];
        Native.Send(worker, Native.Ttin);
        await Until.True(async () => await managed.Client.Get("/signals") == "SIGTTIN=1", "TTIN is counted");
        Native.Send(worker, Native.Ttou);
        await Until.True(async () => await managed.Client.Get("/signals") == "SIGTTIN=1,SIGTTOU=1", "TTOU is counted, and ends nobody");
    }

    [Fact]
    [Trait("Row", "A3.2")]
    public async Task A_worker_at_its_request_limit_is_replaced_before_it_leaves()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:MaxRequests=5", "--events=yes");
        int worker = managed.Workers[0];
        for (int i = 0; i < 40; i++)
        {
            (await managed.Client.Get("/")).Should().StartWith("Hello");
        }

        await managed.Log.Find($@"\(pid {worker}\): safe exit after the request limit");
        await managed.Log.Find($"event exited 0 {worker} cause=RequestLimit code=0");
        string[] lines = [.. managed.Log.Lines];
        Array.FindIndex(lines, static l => l.Contains("worker 1 (pid ") && l.EndsWith("is ready", StringComparison.Ordinal))
            .Should().BeLessThan(Array.FindIndex(lines, l => Regex.IsMatch(l, $@"\(pid {worker}\): draining \(\d+ of \d+ requests?\)")));
    }

    [Theory]
    [InlineData("sync", "no")]
    [InlineData("async", "no")]
    [InlineData("concurrent", "no")]
    [InlineData("stopping-blocks", "yes")] // nobody is there to ask it
    [Trait("Row", "A2.2")]
    public async Task A_worker_whose_thread_pool_is_stuck_still_leaves(string loop, string fromStart)
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--loop={loop}", fromStart == "yes" ? "--boot=starve" : "--boot=");
        if (fromStart != "yes")
        {
            using ClientConnection connection = await managed.Client.Connect();
            (await connection.Get("/starve")).Body.Should().Be("starved");
        }

        var clock = Stopwatch.StartNew();
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
        managed.Log.Lines.Should().Contain("clean-up of Worker 0");
    }

    [Fact]
    [Trait("Row", "A2.2")]
    public async Task With_a_stuck_thread_pool_a_host_that_awaits_is_let_out_when_its_last_request_has_ended()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--loop=concurrent");
        Task<Answer> busy = managed.Client.GetAnswer($"/wait?file={folder.File("go")}", 60);
        await Until.True(() => File.Exists(folder.File("go.begun")), "the request has begun");
        using (ClientConnection connection = await managed.Client.Connect())
        {
            (await connection.Get("/starve")).Body.Should().Be("starved");
        }

        managed.Signal(Native.Term);
        await managed.Log.Find("draining for the stop");
        folder.Write("go", "");
        (await busy).Body.Should().Be("waited");
        (await managed.Exit(10)).Should().Be(0);
        managed.Log.Lines.Should().Contain("clean-up of Worker 0");
    }
}
