using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>What a worker of CoreCLR compiles while its first client waits. A method takes 0.1 to 0.7 ms.</summary>
[Trait("Row", "D3")]
public class FirstRequests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_worker_that_waits_for_its_only_request_has_compiled_the_way_to_it()
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output,
            $"--socket={folder.File("app.sock")}",
            "--ProcessManager:Sizing=PerRequest",
            "--ProcessManager:ProcessCount=1",
            "--ProcessManager:StandbyCount=1",
            "--ProcessManager:StartLeisure=00:00:00",
            "--loop=compiled",
            "--ProcessManager:Environment:DOTNET_ReadyToRun=0", // nothing is compiled ahead
            "--ProcessManager:Environment:DOTNET_TieredCompilation=0"); // and nothing a second time
        await managed.Log.Find("compiles nothing");
        int.Parse(await managed.Client.Get("/")).Should().BeLessThanOrEqualTo(2, "the runtime reads the path of the socket, and nothing of this library is new");
        await managed.Log.Find("behind its answer 0$");
    }
}
