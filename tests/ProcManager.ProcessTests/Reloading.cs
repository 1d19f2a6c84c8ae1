using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

[Trait("Row", "A2.1")]
public class Reloading(ITestOutputHelper output)
{
    private static readonly string[] Switches = ["--ProcessManager:ProcessCount=3", "--ProcessManager:CanaryTime=00:00:00.1", "--events=yes"];

    [Fact]
    public async Task HUP_replaces_every_worker_and_the_manager_stays()
    {
        await using Managed managed = await Managed.Start(output, Switches);
        IReadOnlyList<int> old = managed.Workers;
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(3).And.NotIntersectWith(old);
        managed.Count("event exited .* cause=Reload code=0 ").Should().Be(3);
        string snapshot = await managed.Snapshot();
        snapshot.Should().Contain($"manager {managed.Pid} target 3 generation 2 starts 6 ends 3 crashes 0").And.Contain("reload Succeeded []");
        snapshot.Split('\n').Where(static l => l.StartsWith("slot ", StringComparison.Ordinal))
            .Should().HaveCount(3).And.OnlyContain(static l => l.Contains(" generation 2 "));
    }

    [Fact]
    public async Task A_rolling_reload_tries_one_new_worker_first_and_never_has_fewer_ready_than_wanted()
    {
        await using Managed managed = await Managed.Start(output, Switches);
        using var over = new CancellationTokenSource();
        Task<int> load = Load(managed.Client, over.Token);
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        await over.CancelAsync();
        (await load).Should().BePositive("requests were answered all along");

        managed.Readiness().Should().Be((3, 4));
        string[] steps = [.. managed.Log.Lines.SkipWhile(static l => !l.Contains("reload to generation 2 begins", StringComparison.Ordinal))];
        int holds = Array.FindIndex(steps, static l => l.Contains("the first new worker (3) holds", StringComparison.Ordinal));
        holds.Should().BePositive();
        steps[..holds].Count(static l => l.Contains("was started", StringComparison.Ordinal)).Should().Be(1);
        steps[..holds].Should().NotContain(static l => l.Contains("draining", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AllAtOnce_tells_all_workers_to_leave_and_replaces_them_as_they_end()
    {
        await using Managed managed = await Managed.Start(output, [.. Switches, "--ProcessManager:ReloadStrategy=AllAtOnce"]);
        IReadOnlyList<int> old = managed.Workers;
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(3).And.NotIntersectWith(old);
        string[] steps = [.. managed.Log.Lines.SkipWhile(static l => !l.Contains("reload to generation 2 begins (AllAtOnce)", StringComparison.Ordinal)).Where(static l => l.Contains("): worker ", StringComparison.Ordinal) && l.Contains("manager (", StringComparison.Ordinal))];
        steps[..3].Should().OnlyContain(static l => l.Contains("draining for the reload to generation ", StringComparison.Ordinal));
        managed.Count("event started .* 2$").Should().Be(3);
    }

    [Theory]
    [InlineData("Rolling")]
    [InlineData("AllAtOnce")]
    public async Task A_request_under_way_is_answered_by_the_old_worker_and_the_reload_waits_for_it(string strategy)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. Switches, $"--ProcessManager:ReloadStrategy={strategy}"]);
        Task<Answer> answer = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await Until.True(async () => (await managed.Client.Get("/states")).Count(static c => c == 'r') == 2, "one waits, one answers");
        managed.Signal(Native.Hup);
        await managed.Log.FindCount("event exited .* cause=Reload code=0 ", 2);
        await Until.True(async () => (await managed.Client.Get("/states")).Contains('d'), "the busy one is told and goes on");
        managed.Count("event reload").Should().Be(0);
        folder.Write("go", "");
        Answer late = await answer;
        late.Body.Should().Be("waited");
        await managed.ReloadFinished("Succeeded", 2);
        managed.Workers.Should().HaveCount(3).And.NotContain(late.Pid);
    }

    [Fact]
    public async Task A_worker_that_is_busy_beyond_the_die_time_out_is_killed_and_the_log_says_so()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(output, [.. Switches, "--ProcessManager:DieTimeout=00:00:00.4"]);
        Task<Answer> answer = managed.Client.GetAnswer($"/wait?file={folder.File("never")}");
        await Until.True(async () => (await managed.Client.Get("/states")).Count(static c => c == 'r') == 2, "one waits, one answers");
        managed.Signal(Native.Hup);
        await managed.ReloadFinished("Succeeded", 2);
        await managed.Log.Find(@"worker \d+ \(pid \d+\) is killed \(DieTimeout\): it began to drain and has not exited after 0\.4 s");
        managed.Count("event exited .* cause=DieTimeout code= signal=9 ").Should().Be(1);
        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<IOException>();
        (await managed.Number("crashes")).Should().Be(0);
    }

    private static async Task<int> Load(Client client, CancellationToken over)
    {
        int answered = 0;
        while (!over.IsCancellationRequested)
        {
            (await client.Get("/pid")).Should().NotBeEmpty();
            answered++;
        }

        return answered;
    }
}
