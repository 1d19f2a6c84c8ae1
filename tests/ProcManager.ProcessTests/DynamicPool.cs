using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "D1")]
[Trait("Row", "D2")]
[Trait("Row", "D10")]
public class DynamicPool(ITestOutputHelper output)
{
    private static readonly string[] Dynamic =
    [
        "--ProcessManager:Sizing=Dynamic", "--ProcessManager:StartCount=2", "--ProcessManager:MinSpare=1", "--ProcessManager:MaxSpare=2", "--ProcessManager:MaxCount=6",
        "--events=yes", "--commands=yes",
    ];

    [Fact]
    public async Task Busy_workers_make_it_grow_to_its_maximum_and_idle_ones_make_it_shrink_again()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, Dynamic);
        managed.Workers.Should().HaveCount(2);

        Task<Answer>[] waiting = [.. Enumerable.Range(0, 6).Select(_ => managed.Client.GetAnswer($"/wait?file={folder.File("go")}", 60))];
        await managed.StatesAre("rrrrrr");
        await managed.Log.Find("event paused");
        managed.Workers.Should().HaveCount(6);

        File.WriteAllText(folder.File("go"), "");
        (await Task.WhenAll(waiting)).Should().OnlyContain(static a => a.Body == "waited");
        await managed.Log.Find("event resumed");
        await managed.Log.FindCount("event exited .* cause=Idle code=0 ", 4);
        managed.Count("event exited .* cause=Idle code=0 ").Should().Be(4, "two are to be spare");
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task From_one_look_to_the_next_the_steps_double()
    {
        await using Managed managed = await Managed.Start(
            output, "--ProcessManager:Sizing=Dynamic", "--ProcessManager:StartCount=1", "--ProcessManager:MinSpare=16", "--ProcessManager:MaxSpare=16", "--ProcessManager:MaxCount=16", "--trace=yes");
        await managed.Log.FindCount("was started, generation 1", 16);
        var steps = new List<int> { 0 };
        foreach (string line in managed.Log.Lines)
        {
            if (Regex.IsMatch(line, @"looked at \d+ workers? \(Demand\)"))
            {
                steps.Add(0);
            }

            steps[^1] += line.Contains("was started, generation 1", StringComparison.Ordinal) ? 1 : 0;
        }

        steps.Where(static s => s > 0).TakeLast(3).Should().Equal([2, 4, 8], "the first worker, and the one that the first look adds, come before");
    }

    [Fact]
    public async Task A_connection_that_waits_makes_it_grow_at_once()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output,
            "--ProcessManager:Sizing=Dynamic", "--ProcessManager:StartCount=1", "--ProcessManager:MinSpare=1", "--ProcessManager:MaxSpare=1", "--ProcessManager:MaxCount=8", "--commands=yes");
        Task<Answer>[] waiting = [.. Enumerable.Range(0, 8).Select(_ => managed.Client.GetAnswer($"/wait?file={folder.File("go")}", 60))];
        await managed.StatesAre("rrrrrrrr");
        File.WriteAllText(folder.File("go"), "");
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task The_maximum_can_be_changed_while_it_runs()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. Dynamic, "--ProcessManager:CanaryTime=00:00:00"]);
        managed.Command("scale 3");
        await managed.Log.Find("at most 3 workers are wanted now");
        Task<Answer>[] waiting = [.. Enumerable.Range(0, 4).Select(_ => managed.Client.GetAnswer($"/wait?file={folder.File("go")}", 60))];
        await managed.StatesAre("rrr");
        await managed.Log.Find("event paused");

        managed.Signal(Native.Ttin);
        await managed.StatesAre("rrrr");
        File.WriteAllText(folder.File("go"), "");
        await Task.WhenAll(waiting);

        managed.Signal(Native.Ttou);
        await managed.Log.FindCount("at most 3 workers are wanted now", 2);
    }

    [Fact]
    public async Task A_reload_keeps_the_size_it_has_and_the_maximum()
    {
        await using Managed managed = await Managed.Start(output, [.. Dynamic, "--ProcessManager:CanaryTime=00:00:00"]);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(2);
    }

    [Fact]
    public async Task No_request_is_lost_while_it_grows_and_shrinks()
    {
        await using Managed managed = await Managed.Start(output, Dynamic);
        for (int i = 0; i < 3; i++)
        {
            var load = new Load(managed.Client, keep: false, clients: 12);
            await Until.True(() => load.Answered > 2000, "requests under load");
            await load.End(kill: 0);
        }
    }

    [Fact]
    public async Task Spare_numbers_that_contradict_each_other_are_refused_at_once()
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:Sizing=Dynamic", "--ProcessManager:MaxCount=9", "--ProcessManager:MinSpare=5", "--ProcessManager:MaxSpare=4"] });
        await managed.Log.Find(@"ProcessManager:MaxSpare is 4; allowed: 5 \(MinSpare\) and more\.");
        (await managed.Exit()).Should().Be(78);
    }
}
