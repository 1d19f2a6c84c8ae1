using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>One request, one process, behind nginx: one connection, one process, also where nginx would keep the connection.</summary>
[Trait("Row", "D3")]
public abstract class NginxPerRequest(NginxScenarios site, ITestOutputHelper output) : IDisposable
{
    internal static readonly string[] PerRequest = ["--ProcessManager:Sizing=PerRequest", "--ProcessManager:MaxCount=4"];

    [Fact]
    public async Task Each_request_has_a_process_of_its_own_and_all_of_its_body()
    {
        HashSet<int> pids = [];
        for (int i = 0; i < 4; i++)
        {
            pids.Add((await site.Http.Get("/")).Pid).Should().BeTrue();
            Reply echo = await site.Http.Post("/echo", new byte[100_000]);
            echo.Body.Should().HaveCount(100_000);
            pids.Add(echo.Pid).Should().BeTrue();
        }
    }

    [Fact]
    public async Task A_connection_that_nginx_would_keep_is_closed_behind_the_request()
    {
        int before = site.Relay.Connections.Count;
        HashSet<int> pids = [];
        for (int i = 0; i < 4; i++)
        {
            pids.Add((await site.Kept.Get("/")).Pid).Should().BeTrue();
            pids.Add((await site.KeptDirectly.Get("/")).Pid).Should().BeTrue();
        }

        (site.Relay.Connections.Count - before).Should().Be(4);
        site.Relay.Connections.Skip(before).Should().OnlyContain(static c => c.Answered.Count(static r => r.Type == FastCgiRecord.EndRequest) == 1);
    }

    [Fact]
    public async Task Requests_at_once_and_one_that_crashes_do_not_meet()
    {
        site.ExpectedCrashes++;
        string file = site.File("held");
        Task<Reply>[] held = [site.Http.Get($"/hold?file={file}"), site.Http.Get($"/hold?file={file}")];
        await Until.True(() => File.Exists(file + ".begun"), "a request has begun");
        ((int)(await site.Http.Get("/crash")).Status).Should().Be(502);
        (await site.Http.Get("/")).Body.Should().HaveCount(100);
        File.WriteAllText(file, "");
        (await Task.WhenAll(held)).Select(static r => r.Pid).Distinct().Should().HaveCount(2);
        site.App.Log.Lines.Should().NotContain(static l => l.Contains("crash loop", StringComparison.Ordinal));
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class NginxPerRequestOfTheDirectLoop(NginxPerRequestOfTheDirectLoop.One site, ITestOutputHelper output) : NginxPerRequest(site, output), IClassFixture<NginxPerRequestOfTheDirectLoop.One>
{
    public class One : NginxScenarios
    {
        protected override string[] Switches => [.. base.Switches, .. PerRequest];
    }
}

public class NginxPerRequestOfTheBlockingLoop(NginxPerRequestOfTheBlockingLoop.One site, ITestOutputHelper output) : NginxPerRequest(site, output), IClassFixture<NginxPerRequestOfTheBlockingLoop.One>
{
    public class One : NginxScenarios
    {
        protected override string[] Switches => [.. base.Switches, .. PerRequest, "--loop=sync"];
    }
}

public class NginxPerRequestOfManyAtOnce(NginxPerRequestOfManyAtOnce.One site, ITestOutputHelper output) : NginxPerRequest(site, output), IClassFixture<NginxPerRequestOfManyAtOnce.One>
{
    public class One : NginxManyAtOnce
    {
        protected override string[] Switches => [.. base.Switches, .. PerRequest];
    }
}
