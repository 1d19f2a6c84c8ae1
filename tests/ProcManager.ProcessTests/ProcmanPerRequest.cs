using System.Text.Json;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What the tool says of a pool of one request a process, which has a maximum and no wanted number.</summary>
[Trait("Row", "D13")]
public sealed class ProcmanPerRequest(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] _four = [.. PerRequestPool.PerRequest, "--ProcessManager:MaxCount=4", "--ProcessManager:StandbyCount=2"];

    private readonly Procman _procman = new(output);

    [Fact]
    public async Task It_tells_how_many_workers_have_a_request_how_many_may_have_one_and_how_many_stand_by()
    {
        await using Managed managed = await _procman.Start("one", _four);
        (await _procman.Run("list")).Out.Should().MatchRegex($@"\n *one +{managed.Pid} +ready +0\+2 of 4 ");
        (await _procman.Run("status", "one")).Out.Should().Contain("\nworkers:  0 of 4 with a request, 2 standing by (PerRequest); ");
        (await _procman.Run("peek", "one")).Out.Should().StartWith("the pool runs: 2 workers, 0 of 4 with a request, generation 1\n");
        JsonElement pool = JsonDocument.Parse((await _procman.Run("status", "one", "--json")).Out).RootElement.GetProperty("pool");
        (pool.GetProperty("target").GetInt32(), pool.GetProperty("max").GetInt32()).Should().Be((0, 4));

        Task<Answer> held = managed.Client.GetAnswer($"/wait?file={_procman.Folder.File("go")}", 60);
        await managed.Log.FindCount("^event ready", 3);
        (await _procman.Run("list")).Out.Should().Contain(" 1+2 of 4 ");

        (await _procman.Run("scale", "3", "one")).Should().Be((0, "at most 3 workers are wanted now.\n", ""));
        await managed.Log.Find("at most 3 workers are wanted now");
        (await _procman.Run("scale", "1", "one")).Should().Be((0, "at most 1 worker is wanted now.\n", ""));
        await managed.Log.Find("at most 1 worker is wanted now");
        (await _procman.Run("status", "one")).Out.Should().Contain("\nworkers:  1 of 1 with a request, ");
        File.WriteAllText(_procman.Folder.File("go"), "");
        (await held).Status.Should().Be("200 OK");
    }

    [Fact]
    public async Task Top_shows_the_maximum_too()
    {
        await using Managed managed = await _procman.Start("one", _four);
        using var terminal = new Tmux(_procman.Folder, 100, 30, _procman.Environment);
        terminal.Type($"procman top {managed.Pid}; echo code $?");
        await terminal.Shows("workers  0 of 4 with a request, 2 standing by (PerRequest);");
        terminal.Key("q");
        await terminal.Shows("code 0");
    }

    [Fact]
    public async Task A_slot_of_a_pool_without_a_worker_is_told_so()
    {
        await using Managed managed = await _procman.Start("none", "--ProcessManager:Sizing=OnDemand", "--ProcessManager:MaxCount=2");
        (await _procman.Run("recycle", "0", "none")).Should().Be((1, "", "procman: Slot 0 has no worker that could be replaced. There is no worker now.\n"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_manager_that_does_not_answer_is_named_alone_and_no_mode_is_made_up(bool byPid)
    {
        await using Managed managed = await _procman.Start("one", _four);
        await using Managed other = await _procman.Start("other");
        await managed.StopManager();
        await other.StopManager();

        (int code, string status, string error) = await _procman.Run("status", byPid ? $"{managed.Pid}" : "one");

        managed.Signal(Native.Cont);
        other.Signal(Native.Cont);
        code.Should().Be(2);
        error.Should().Be($"procman: the manager of one (pid {managed.Pid}) does not answer within 3 s. What follows is from its scoreboard.\n");
        status.Should().StartWith("one: manager ").And.Contain("\nworkers:  2: 0 busy, 0 idle, 0 starting, 2 standing by, 0 leaving; ").And.NotContain("Static");
    }

    public void Dispose() => _procman.Dispose();
}
