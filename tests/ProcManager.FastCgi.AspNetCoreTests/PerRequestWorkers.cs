using System.Text.RegularExpressions;
using Wire = ProcManager.FastCgi.ComponentTests.Infrastructure.Wire;
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

    [Fact]
    public async Task One_connection_carries_one_request_at_a_time_although_the_program_would_multiplex()
    {
        await using Managed app = Managed.Launch(output, new Launch
        {
            Program = WebPrograms.TestApp,
            Arguments = Managed.Hasty(["--socket", _folder.File("app.sock"), "--ProcessManager:Sizing=PerRequest", "--ProcessManager:MaxCount=2", "--FastCgi:MaxConcurrentRequests=64", "--FastCgi:Multiplex=true"]),
        });
        await app.Serving();
        using var server = new RawWebServer(_folder.File("app.sock"));
        byte[] parameters = Wire.Pairs(("SCRIPT_NAME", "/warmed"), ("REQUEST_METHOD", "GET"));
        server.Socket.Send((byte[])[
            .. Wire.BeginRequest(1, keep: true), .. Wire.Record(Wire.GetValues, 0, Wire.Pairs(("FCGI_MPXS_CONNS", ""))), .. Wire.BeginRequest(2, keep: true),
            .. Wire.Stream(Wire.Params, 2, parameters), .. Wire.Record(Wire.Stdin, 2), .. Wire.Stream(Wire.Params, 1, parameters), .. Wire.Record(Wire.Stdin, 1),
        ]);

        byte[] all = server.All();

        System.Text.Encoding.ASCII.GetString(all).Should().Contain("FCGI_MPXS_CONNS0");
        RawWebServer.Ends(all).Should().BeEquivalentTo([(2, 1 /* FCGI_CANT_MPX_CONN */), (1, 0)]);
    }

    public void Dispose() => _folder.Dispose();

    private string Ask(string path) => RawWebServer.Ask(_folder.File("app.sock"), ("SCRIPT_NAME", path), ("REQUEST_METHOD", "GET")).TrimEnd();
}
