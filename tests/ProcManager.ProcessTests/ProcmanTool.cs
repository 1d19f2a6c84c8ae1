using System.Text.Json;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The command-line tool, run as a person runs it, against real pools. Other tests run pools of the same user at the same time.</summary>
[Trait("Row", "D13")]
public sealed class ProcmanTool(ITestOutputHelper output) : IDisposable
{
    private readonly Procman _procman = new(output);

    private TempFolder Folder => _procman.Folder;

    [Fact]
    public async Task A_pool_that_is_not_there_is_named_and_so_are_the_places_that_were_looked_at()
    {
        (int code, _, string error) = await Procman("status", "no-such-pool");
        code.Should().Be(2);
        error.Should().StartWith("procman: no pool of this user is named 'no-such-pool' or has that pid. Control sockets are looked for in ").And.Contain(Folder.Path);
    }

    [Fact]
    public async Task Pools_are_listed_found_by_name_or_pid_and_steered()
    {
        await using Managed one = await Start("shop", "--events=yes");
        (await Procman("list")).Out.Should().MatchRegex($@"^ *PROGRAM +PID +STATE .*\n(?:.*\n)* *shop +{one.Pid} +ready +2 of 2 ");
        (int code, string status, _) = await Procman("status", "shop");
        code.Should().Be(0);
        status.Should().StartWith($"shop: manager (pid {one.Pid}), running for ").And.Contain("health:   ready").And.Contain("[..]");
        (await Procman("peek", "shop")).Out.Should().StartWith("the pool runs: 2 workers, 2 wanted");
        JsonDocument.Parse((await Procman("status", "shop", "--json")).Out).RootElement.GetProperty("program").GetString().Should().Be("shop");

        (await Procman("scale", "3", "shop")).Should().Be((0, "3 workers are wanted now.\n", ""));
        await one.Log.FindCount("^event ready", 3);
        (await Procman("recycle", "0", "shop")).Out.Should().Be("The worker in slot 0 leaves when its replacement is ready.\n");
        await one.Log.Find("^event exited 0 .* cause=Recycled");
        (await Procman("recycle", "99", "shop")).Should().Match<(int Code, string Out, string Error)>(static r => r.Code == 1 && r.Error.StartsWith("procman: Slot 99 has no worker that could be replaced."));

        await using Managed two = await Start("mail");
        await using Managed three = await Start("mail");
        (int several, _, string ambiguous) = await Procman("status", "mail");
        several.Should().Be(2);
        ambiguous.Should().StartWith("procman: 2 pools are meant: ").And.Contain($"mail (pid {two.Pid})").And.Contain($"mail (pid {three.Pid})");
        (await Procman("status", $"{two.Pid}")).Out.Should().StartWith("mail: ");
        (await Procman("signal", "TTIN", $"{two.Pid}")).Code.Should().Be(0);
        await two.Log.Find("3 workers are wanted now");

        (await Procman("stop", $"{two.Pid}")).Should().Be((0, $"mail (pid {two.Pid}) has ended.\n", ""));
        (await two.Exit()).Should().Be(0);
    }

    [Fact]
    public async Task A_reload_is_awaited_and_its_exit_code_is_the_outcome()
    {
        string config = Folder.File("app.json");
        File.WriteAllText(config, """{ "ProcessManager": { "CanaryTime": "0" } }""");
        await using Managed managed = await Start("shop", $"--config={config}");
        (int code, string said, _) = await Procman("reload", $"{managed.Pid}");
        code.Should().Be(0);
        said.Should().Contain(" reload-began generation 2\n").And.EndWith($"shop (pid {managed.Pid}): reload to generation 2 succeeded.\n");

        File.WriteAllText(config, """{ "ProcessManager": { "CanaryTime": "5" } }""");
        (int failed, _, string error) = await Procman("reload", $"{managed.Pid}");
        failed.Should().Be(1);
        error.Should().StartWith("procman: ProcessManager:CanaryTime is '5'; allowed: a time with its unit");
    }

    [Fact]
    public async Task A_manager_that_does_not_answer_is_named_and_its_scoreboard_is_read_all_the_same()
    {
        await using Managed managed = await Start("shop");
        await managed.Client.Get("/");
        await managed.StopManager();
        (int code, string status, string error) = await Procman("status", "--control", $"{Folder.Path}/procmanager/{managed.Pid}.sock");
        code.Should().Be(2);
        error.Should().Contain("does not answer within 3 s. What follows is from its scoreboard.");
        status.Should().Contain("requests: 1 finished").And.Contain("workers:  2: ").And.NotContain("Static", "the scoreboard does not know the mode");
        managed.Signal(Native.Cont);
    }

    [Fact]
    public async Task A_pid_file_is_trusted_only_when_its_process_is_older_than_the_file()
    {
        string pidFile = Folder.File("shop.pid");
        await using Managed managed = await Start("shop", $"--ProcessManager:PidFile={pidFile}");
        (await Procman("status", "--pid-file", pidFile)).Out.Should().StartWith("shop: ");

        string old = Folder.File("old.pid");
        File.WriteAllText(old, $"{managed.Pid}\n");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-1));
        (int code, _, string error) = await Procman("signal", "TERM", "--pid-file", old);
        code.Should().Be(2);
        error.Should().StartWith($"procman: the pid file {old} is older than the process that has its number (pid {managed.Pid})");
        File.WriteAllText(old, "x");
        (await Procman("status", "--pid-file", old)).Error.Should().StartWith($"procman: the pid file {old} has 'x' in it, which is no process id.");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Theory]
    [InlineData("dance", "Unrecognized command or argument 'dance'")]
    [InlineData("scale 0", "count is 0; allowed: 1 to 2048.")]
    [InlineData("scale many", "Cannot parse argument 'many'")]
    [InlineData("signal WINCH", "'WINCH' is no signal that a manager knows; allowed: HUP, INT, ")]
    [InlineData("top", "top needs a terminal. 'procman status' writes the same once.")]
    public async Task A_wrong_command_line_has_exit_code_64_and_one_line_that_says_what_is_allowed(string arguments, string error)
    {
        (int code, _, string said) = await Procman(arguments.Split(' '));
        code.Should().Be(64);
        said.Should().StartWith("procman: ").And.Contain(error);
    }

    public void Dispose() => _procman.Dispose();

    private Task<Managed> Start(string title, params string[] switches) => _procman.Start(title, switches);

    private Task<(int Code, string Out, string Error)> Procman(params string[] arguments) => _procman.Run(arguments);
}
