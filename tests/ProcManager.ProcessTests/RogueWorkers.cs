using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "D8")]
public class RogueWorkers(ITestOutputHelper output)
{
    private static string[] With(params string[] more) => ["--ProcessManager:RogueInterval=00:00:00.300", "--ProcessManager:ProcessCount=1", "--events=yes", "--commands=yes", .. more];

    [Fact]
    public async Task One_that_burns_time_in_a_request_gets_INT_then_TERM_then_KILL_a_step_each_interval()
    {
        await using Managed managed = await Managed.Start(output, With("--ProcessManager:CpuLimit=00:00:00.500"));
        Task spinning = managed.Client.Lost("/spin?ms=60000");
        await managed.Log.Find(@"worker 0 \(pid \d+\) is a rogue: \d(?:\.\d+)? s of CPU in one request, the limit is 0\.5 s; it gets INT");
        await managed.Log.Find(@"is a rogue: .* it gets TERM");
        await managed.Log.Find(@"is a rogue: .* it gets KILL");
        await managed.Log.Find("event exited 0 .* cause=CpuLimit code= signal=9");
        await managed.Log.FindCount("event ready", 2);
        await spinning;
    }

    [Fact]
    public async Task One_that_has_calmed_down_is_forgiven_and_finishes_its_request()
    {
        await using Managed managed = await Managed.Start(output, With("--ProcessManager:CpuLimit=00:00:00.500", "--ProcessManager:RogueInterval=00:00:01"));
        using var folder = new TempFolder();
        Task<Answer> burning = managed.Client.GetAnswer($"/burn?file={folder.File("calm")}");
        await managed.Log.Find("it gets INT");
        folder.Write("calm", "");
        await managed.Log.Find(@"worker 0 \(pid \d+\) has calmed down and is forgiven");
        folder.Write("calm.end", "");
        (await burning).Body.Should().Be("burnt and calm");
        await managed.Log.Find("event exited 0 .* cause=CpuLimit code=0");
        managed.Count("it gets KILL").Should().Be(0);
    }

    [Fact]
    public async Task One_that_burns_time_without_a_request_is_over_its_limit_for_life_and_leaves_at_INT()
    {
        await using Managed managed = await Managed.Start(output, With("--ProcessManager:CpuTimeLimit=00:00:01"));
        await managed.Client.GetAnswer("/background-spin");
        await managed.Log.Find(@"worker 0 \(pid \d+\) is a rogue: \d(?:\.\d+)? s of CPU in its life, the limit is 1 s; it gets INT");
        await managed.Log.Find("event exited 0 .* cause=CpuLimit code=0");
        await managed.Log.FindCount("event ready", 2);
    }

    [Fact]
    public async Task Honest_work_below_the_limit_is_left_alone()
    {
        await using Managed managed = await Managed.Start(output, With("--ProcessManager:CpuLimit=00:00:05"));
        for (int i = 0; i < 4; i++)
        {
            (await managed.Client.GetAnswer("/spin?ms=400")).Status.Should().Be("200 OK");
        }

        managed.Count("is a rogue|event exited").Should().Be(0);
        (await managed.Snapshot()).Should().MatchRegex(@"cpu [1-9]\d{2,3} ");
    }

    [Fact]
    public async Task One_whose_status_a_stranger_took_is_counted_as_dead_and_replaced()
    {
        await using Managed managed = await Managed.Start(output, With());
        managed.Command("wait-any");
        int pid = managed.Workers.Single();
        Native.Send(pid, Native.Kill);
        await managed.Log.Find("event exited 0 .* cause=(?:Unknown|Crashed)");
        await managed.Log.FindCount("event ready", 2);
        managed.Workers.Should().ContainSingle().Which.Should().NotBe(pid);
    }
}
