using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>SignalR needs each client's requests in one worker, which FastCGI cannot give.</summary>
[Trait("Row", "A4.3")]
public sealed class Hubs(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public async Task A_hub_in_more_than_one_worker_is_told_once()
    {
        await using Managed app = await Start("--ProcessManager:ProcessCount=2", "--hub", "yes");

        await app.Log.Find(@"SignalR is mapped \(NoHub\) and there are up to 2 workers.*ProcessCount to 1");
        RawWebServer.Ask(_folder.File("app.sock"), ("SCRIPT_NAME", "/")).Should().StartWith("Status: 200 ");
        app.Log.Lines.Count(static l => l.Contains("SignalR is mapped", StringComparison.Ordinal)).Should().Be(1);
    }

    [Theory]
    [InlineData("--ProcessManager:ProcessCount=1", "--hub=yes")]
    [InlineData("--ProcessManager:ProcessCount=2", "--other=yes")]
    public async Task One_worker_or_no_hub_is_no_matter(params string[] switches)
    {
        await using Managed app = await Start(switches);

        RawWebServer.Ask(_folder.File("app.sock"), ("SCRIPT_NAME", "/")).Should().StartWith("Status: 200 ");
        app.Log.Lines.Should().NotContain(static l => l.Contains("SignalR", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Managed> Start(params string[] switches)
    {
        Managed app = Managed.Launch(output, new Launch { Program = WebPrograms.TestApp, Arguments = Managed.Hasty(["--socket", _folder.File("app.sock"), .. switches]) });
        await app.Serving();
        return app;
    }
}
