using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>One request, one process: a worker that is killed before it has a connection, while connections wait. With CrashLimit=2 a death that counts twice would begin a crash loop.</summary>
[Trait("Row", "D3")]
public sealed class PerRequestDeaths(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_worker_that_is_killed_while_it_starts_leaves_its_connections_to_the_next()
    {
        _folder.Write("boot", "hang");
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:CrashLimit=2", "--ProcessManager:MaxCount=1", "--ProcessManager:StandbyCount=0", $"--boot-file={_folder.File("boot")}"]);
        Task<Answer>[] waiting = Ask(managed);
        await managed.Log.Find("hanging at start");
        int starting = managed.Workers.Should().ContainSingle("there is room for one").Subject;
        _folder.Write("boot", "");

        Native.Send(starting, Native.Kill);

        await AllAreServed(managed, waiting, starting);
    }

    [Fact]
    public async Task A_worker_that_is_killed_before_its_first_connection_leaves_those_that_wait_to_the_next()
    {
        await using Managed managed = await Managed.Start(output, [.. PerRequestPool.PerRequest, "--ProcessManager:CrashLimit=2", "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=1"]);
        int standby = managed.Workers.Single();
        await managed.StopManager(); // so that it hands over nothing before it hears of the death
        Task<Answer>[] waiting = Ask(managed);
        await Until.True(() => waiting.Length == managed.ListenQueue(), "all are in the queue");

        Native.Send(standby, Native.Kill);
        await Until.True(() => Native.State(standby) == 'Z', "it is dead");
        managed.Signal(Native.Cont);

        await AllAreServed(managed, waiting, standby);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<Answer>[] Ask(Managed managed) => [.. Enumerable.Range(0, 3).Select(_ => managed.Client.GetAnswer("/pid", 60))];

    private static async Task AllAreServed(Managed managed, Task<Answer>[] waiting, int dead)
    {
        Answer[] answers = await Task.WhenAll(waiting);
        answers.Should().OnlyContain(static a => a.Status == "200 OK");
        answers.Select(static a => a.Pid).Should().OnlyHaveUniqueItems().And.NotContain(dead);
        await managed.Log.Find($"event exited . {dead} .*signal=9");
        managed.Count("crash loop").Should().Be(0);
    }
}
