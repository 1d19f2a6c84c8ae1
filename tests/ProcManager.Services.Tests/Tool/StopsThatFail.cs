using Xunit.Abstractions;

namespace ProcManager.Services.Tests.Tool;

/// <summary><c>procman keep stop NAME</c> and <c>restart NAME</c> of a service that its stop command does not stop.</summary>
[Trait("Row", "E7")]
public sealed class StopsThatFail(ITestOutputHelper output) : IDisposable
{
    private readonly Keep _keep = new(output);

    [Theory]
    [InlineData("exit 1")]
    [InlineData("exit 0")]
    public async Task They_say_that_it_runs(string stop)
    {
        _keep.Define($$"""    "port": { "start": "exit 0", "check": { "command": "true" }, "stop": "{{stop}}", "stopTimeout": "300ms" }""");
        (_, LineLog log) = await _keep.Keeper();
        await log.Find("service port: up$");
        (await _keep.Ask("restart", "port")).Should().Be((1, "", "procman: port is up: it runs, and was not restarted: the stop command has not stopped it. See 'procman keep why port'.\n"));
        await log.Find("service port: is not restarted: its stop command has ended, and it runs all the same");
        (await _keep.Ask("stop", "port")).Should().Be((1, "", "procman: port was not stopped: paused, and it runs: the stop command has not stopped it. See 'procman keep why port'.\n"));
        await log.Find("service port: is not stopped: its stop command has ended, and it runs all the same");
        (await _keep.Ask("resume", "port")).Should().Be((0, "port is up.\n", ""));
    }

    public void Dispose() => _keep.Dispose();
}
