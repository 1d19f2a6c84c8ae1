using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "D5")]
public class ScoreboardStates(ITestOutputHelper output)
{
    [Fact]
    public async Task A_worker_is_first_F_then_f_then_a_dot()
    {
        using var folder = new TempFolder();
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Arguments = ["--ProcessManager:ProcessCount=1", "--commands=yes", $"--boot-early=wait {folder.File("early")}", $"--boot=wait {folder.File("late")}"],
        });
        await managed.Listening();
        await managed.StatesAre("F");
        folder.Write("early", "");
        await managed.StatesAre("f");
        folder.Write("late", "");
        await managed.Ready();
        await managed.StatesAre(@"\.");
    }

    [Fact]
    public async Task It_is_r_in_a_request_and_d_when_told_to_leave_meanwhile_and_w_after_its_first_request()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--commands=yes", "--events=yes");
        (await managed.Client.Get("/states")).Should().Be("r");
        await managed.StatesAre("w");
        Task<string> answer = managed.Client.Get($"/wait?file={folder.File("go")}");
        await managed.StatesAre("r");
        int worker = managed.Workers.Single();
        Native.Send(worker, Native.Term);
        await managed.StatesAre("d.*"); // a stranger's TERM: the worker tells it itself, and is replaced meanwhile
        folder.Write("go", "");
        (await answer).Should().Be("waited");
        await managed.Log.Find($"event exited 0 {worker} cause=AskedByOther code=0 ");
        await managed.StatesAre(@" \.");
    }

    [Fact]
    public async Task An_idle_one_on_its_way_out_is_e()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=1", "--commands=yes", "--ProcessManager:DieTimeout=00:00:03", "--events=yes");
        managed.Signal(Native.Ttin);
        await managed.Log.FindCount("event ready", 2);
        Native.Send(managed.Workers[0], Native.Stop); // it cannot react
        managed.Signal(Native.Hup);
        await managed.StatesAre(".*e.*");
        await managed.Log.Find("event exited 0 .* cause=DieTimeout");
        await managed.ReloadFinished("Succeeded", 2);
    }

    [Fact]
    public async Task The_oldest_request_under_way_is_shown_with_its_client()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--loop=concurrent");
        using ClientConnection first = await managed.Client.Connect();
        await first.Get("/pid");
        using ClientConnection second = await managed.Client.Connect();
        (await second.Get("/snapshot")).Body.Should().Contain($"state r requests 0 active 2 request connection client {first.Local}\n");
        first.Dispose();
        await Until.True(
            async () => (await second.Get("/snapshot")).Body.Contains($"state r requests 1 active 1 request connection client {second.Local}\n", StringComparison.Ordinal),
            "the second one is the oldest now");
    }

    [Fact]
    public async Task An_end_is_noted_with_the_request_that_was_under_way_and_only_with_that()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--loop=stopping", "--events=yes", "--ProcessManager:CanaryTime=00:00:00");
        int first = managed.Workers.Single();
        (await managed.Client.Get("/pid")).Should().Be($"{first}");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        int second = managed.Workers.Single();
        await FluentActions.Awaiting(() => managed.Client.Get("/exit?code=5")).Should().ThrowAsync<IOException>();
        await managed.Log.Find($"event exited . {second} ");
        string[] ends = [.. (await managed.Snapshot()).Split('\n').Where(static l => l.StartsWith("end ", StringComparison.Ordinal))];
        ends.Should().Equal($"end 1 {second} Crashed exit code 5 last GET", $"end 0 {first} Reload exit code 0 last ");
        (await managed.Number("crashes")).Should().Be(1);
    }

    [Theory]
    [InlineData("sync")]
    [InlineData("concurrent")]
    public async Task Requests_are_counted_and_the_number_never_goes_back(string loop)
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:ProcessCount=2", "--ProcessManager:CanaryTime=00:00:00", "--ProcessManager:ReloadStrategy=AllAtOnce", $"--loop={loop}", "--events=yes", "--commands=yes");
        managed.Command("totals watch");
        int sent = 0;
        for (int generation = 2; generation < 6; generation++)
        {
            for (int i = 0; i < 100; i++)
            {
                await managed.Client.Get("/pid");
                sent++;
            }

            managed.Signal(Native.Hup);
            await managed.ReloadFinished("Succeeded", generation);
        }

        managed.Command("totals stop");
        await managed.Log.Find($@"^totals looked \d+ times, went back 0 times, at last {sent}$");
    }
}
