using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "D1")]
[Trait("Row", "D2")]
public class OnDemandPool(ITestOutputHelper output)
{
    private static readonly string[] OnDemand =
        ["--ProcessManager:Sizing=OnDemand", "--ProcessManager:MaxCount=4", "--ProcessManager:IdleTimeout=00:00:00.500", "--ProcessManager:CanaryTime=00:00:00", "--events=yes", "--commands=yes"];

    [Fact]
    public async Task There_is_no_worker_until_a_connection_waits_and_none_again_when_nobody_asks()
    {
        await using Managed managed = await Managed.Start(output, OnDemand);
        managed.Workers.Should().BeEmpty();

        int pid = (await managed.Client.GetAnswer("/pid")).Pid;
        await managed.Log.Find($"event exited 0 {pid} cause=Idle code=0 ");
        managed.Workers.Should().BeEmpty();
        (await managed.Client.GetAnswer("/pid")).Pid.Should().NotBe(pid, "a new worker answers");
    }

    [Fact]
    public async Task Each_connection_that_nobody_takes_gets_a_worker_up_to_the_maximum()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, OnDemand);
        Task<Answer>[] waiting = [.. Enumerable.Range(0, 5).Select(_ => managed.Client.GetAnswer($"/wait?file={folder.File("go")}", 60))];
        await managed.StatesAre("rrrr");
        await managed.Log.Find("event paused");
        managed.Workers.Should().HaveCount(4);

        File.WriteAllText(folder.File("go"), "");
        (await Task.WhenAll(waiting)).Select(static a => a.Pid).Distinct().Should().HaveCount(4);
        await managed.Log.FindCount("event exited .* cause=Idle", 4);
    }

    [Fact]
    public async Task A_request_is_never_cut_short_by_the_idle_time_out()
    {
        await using Managed managed = await Managed.Start(output, OnDemand);
        using ClientConnection slow = await managed.Client.Connect();
        await managed.Log.Find("event ready 0");
        await managed.StatesAre("r"); // accepted, not a word was sent: that is no idle worker
        await Task.Delay(1500); // longer than the idle timeout
        (await slow.Get("/pid")).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task A_worker_that_crashes_is_not_replaced_before_somebody_asks()
    {
        await using Managed managed = await Managed.Start(output, OnDemand);
        await managed.Client.Lost("/exit?code=3");
        await managed.Log.Find("event exited 0 .* cause=Crashed code=3");
        managed.Workers.Should().BeEmpty();
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task With_nobody_there_one_is_started_for_a_reload_tried_and_let_go()
    {
        await using Managed managed = await Managed.Start(output, OnDemand);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Count("event ready 0").Should().Be(1);
        await managed.Log.Find("event exited 0 .* cause=Idle code=0 ");
        (await managed.Client.GetAnswer("/pid")).Status.Should().Be("200 OK");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task With_nobody_there_a_program_that_does_not_start_fails_the_reload()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. OnDemand, $"--boot-file={folder.File("boot")}"]);
        await managed.Client.GetAnswer("/pid");
        await managed.Log.Find("event exited 0 .* cause=Idle code=0 ");
        folder.Write("boot", "exit 3");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Failed", 2, "worker 0 ended with exit code 3 before it was ready");
        await managed.Log.Find("event exited 0 .* code=3");
        managed.Workers.Should().BeEmpty("nobody is started for nobody");
    }

    [Fact]
    public async Task A_worker_that_stands_by_answers_the_first_request()
    {
        await using Managed managed = await Managed.Start(output, [.. OnDemand, "--ProcessManager:StandbyCount=1"]);
        await managed.Log.Find("worker 0 .* stands by");
        int standby = managed.Workers.Single();
        (await managed.Client.GetAnswer("/pid")).Pid.Should().Be(standby);
        await managed.Log.Find(@"worker 1 .* stands by"); // the next one
    }

    [Fact]
    public async Task Without_a_listener_it_is_refused()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:Sizing=OnDemand", "--loop=none"] });
        await managed.Log.Find("Sizing is OnDemand, which starts a worker when a connection waits, but this program has opened no listener");
        (await managed.Exit()).Should().Be(78);
    }
}
