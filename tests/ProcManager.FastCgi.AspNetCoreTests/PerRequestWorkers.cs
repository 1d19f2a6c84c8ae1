using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>One request, one process, with ASP.NET Core: the host stops behind its one request.</summary>
[Trait("Row", "D3")]
public sealed class PerRequestWorkers(ITestOutputHelper output) : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("--FastCgi:MaxConcurrentRequests=64")]
    [InlineData("--FastCgi:MaxConcurrentRequests=1")]
    public async Task Each_request_is_answered_by_a_host_of_its_own_that_was_warm_and_stops_behind_it(string atOnce)
    {
        await using Managed app = Managed.Launch(output, new Launch
        {
            Program = WebPrograms.TestApp,
            Arguments = Managed.Hasty(["--socket", _folder.File("app.sock"), "--ProcessManager:Sizing=PerRequest", "--ProcessManager:MaxCount=2", "--ProcessManager:StandbyCount=1", "--FastCgi:WarmUpPath=/warm", atOnce]),
        });
        await app.Serving();
        for (int i = 1; i <= 3; i++)
        {
            Ask("/warmed").Should().EndWith("\n2");
            await app.Log.FindCount(@"^host \d+ stopped", i);
        }

        app.Log.Lines.Select(static l => Regex.Match(l, @"^host (\d+) stopped")).Where(static m => m.Success).Select(static m => m.Groups[1].Value).Should().OnlyHaveUniqueItems();
        app.Signal(Native.Term);
        (await app.Exit()).Should().Be(0);
        app.Log.Lines.Should().NotContain(static l => l.Contains("given up", StringComparison.Ordinal) || l.Contains("(Crashed)", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private string Ask(string path) => RawWebServer.Ask(_folder.File("app.sock"), ("SCRIPT_NAME", path), ("REQUEST_METHOD", "GET")).TrimEnd();
}
