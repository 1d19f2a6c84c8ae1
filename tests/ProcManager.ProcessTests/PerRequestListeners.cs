using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>One request, one process, with two listeners: a connection comes to the loop of its own listener.</summary>
[Trait("Row", "D3")]
public sealed class PerRequestListeners(ITestOutputHelper output) : IDisposable
{
    private const int Each = 8;

    private readonly TempFolder _folder = new();

    private string Second => _folder.File("second.sock");

    [Theory]
    [InlineData("both-serve", 1)]
    [InlineData("both-async", 1)]
    [InlineData("both-threads", 1)]
    [InlineData("both-serve", 3)]
    [InlineData("both-threads", 3)]
    public async Task A_burst_on_both_is_served_by_the_loops_of_their_own_listeners(string loop, int maxRequests)
    {
        await using Managed managed = await Start(loop, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=2", $"--ProcessManager:MaxRequests={maxRequests}");
        using var second = new Client(Second);
        Task<Answer>[] burst = Burst(managed.Client, second);

        Answer[] answers = await Task.WhenAll(burst);

        AllFromTheirOwn(answers);
        answers.GroupBy(static a => a.Pid).Should().OnlyContain(g => g.Count() <= maxRequests);
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);
        managed.Count("cause=Crashed").Should().Be(0);
    }

    [Theory]
    [InlineData("both-serve")]
    [InlineData("both-async")]
    [InlineData("both-threads")]
    public async Task Connections_that_dead_workers_have_not_read_come_from_the_same_listener_of_others(string loop)
    {
        await using Managed managed = await Start(loop, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=2");
        using var second = new Client(Second);
        int[] stopped = [.. managed.Workers];
        foreach (int worker in stopped)
        {
            Native.Send(worker, Native.Stop);
            await Until.True(() => Native.State(worker) == 'T', "it is stopped");
        }

        Task<Answer>[] burst = [second.GetAnswer("/listener", 120), .. Burst(managed.Client, second)];
        await Until.True(() => burst.Count(static b => b.IsCompleted) == burst.Length - stopped.Length, "all are served but those of the stopped workers", seconds: 60);
        Array.ForEach(stopped, static w => Native.Send(w, Native.Kill));

        Answer[] answers = await Task.WhenAll(burst);

        answers[0].Body.Should().Be("second");
        AllFromTheirOwn(answers[1..]);
        answers.Select(static a => a.Pid).Should().OnlyHaveUniqueItems().And.NotIntersectWith(stopped);
    }

    public void Dispose() => _folder.Dispose();

    // By turns, so that each listener has connections at both ends of the burst.
    private static Task<Answer>[] Burst(Client first, Client second) =>
        [.. Enumerable.Range(0, 2 * Each).Select(i => (i % 2 == 0 ? first : second).GetAnswer("/listener", 120))];

    private static void AllFromTheirOwn(Answer[] answers) =>
        answers.Select(static a => a.Body).Should().Equal(Enumerable.Range(0, answers.Length).Select(static i => i % 2 == 0 ? "http" : "second"));

    private Task<Managed> Start(string loop, params string[] more) => Managed.Start(output, [.. PerRequestPool.PerRequest, $"--loop={loop}", $"--second={Second}", .. more]);
}
