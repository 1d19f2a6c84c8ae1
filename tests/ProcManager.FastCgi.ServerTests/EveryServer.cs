using System.Net;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>What must be the same behind every web server.</summary>
[Trait("Row", "A4.3")]
public abstract partial class EveryServer(Site site, ITestOutputHelper output) : IDisposable
{
    private const int KiB = 1024;

    internal HttpSite Http => site.Http;

    [Fact]
    public async Task A_page_is_answered_by_a_worker()
    {
        Reply reply = await Http.Get("/");
        reply.Status.Should().Be(HttpStatusCode.OK);
        reply.Body.Should().HaveCount(100);
        Native.IsAlive(reply.Pid).Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * KiB)]
    [InlineData(10 * KiB * KiB)]
    public async Task A_body_comes_back_as_it_was(int length)
    {
        byte[] body = RandomBytes(length);
        Reply reply = await Http.Post("/echo", body);
        reply.Status.Should().Be(HttpStatusCode.OK);
        reply.Body.AsSpan().SequenceEqual(body).Should().BeTrue("{0} bytes were sent and {1} came back", length, reply.Body.Length);
    }

    [Fact]
    public async Task The_query_and_the_headers_reach_the_program()
    {
        Dictionary<string, string> parameters = await Http.Parameters("/env?a=1&b=x%20y", ("X-One", "ä 1"), ("Cookie", "c=3"), ("Proxy", "http://127.0.0.1:1"));
        parameters.Should().Contain("QUERY_STRING", "a=1&b=x%20y").And.Contain("REQUEST_METHOD", "GET").And.Contain("HTTP_COOKIE", "c=3");
        parameters["HTTP_X_ONE"].Should().EndWith(" 1");
        parameters.Should().NotContainKey("HTTP_PROXY", "a program's own HTTP client would take it for its proxy");
        parameters["REMOTE_ADDR"].Should().Be("127.0.0.1");
    }

    [Fact]
    public async Task The_header_Authorization_reaches_the_program() =>
        (await Http.Parameters("/env", ("Authorization", "Basic YTpi"))).Should().Contain("HTTP_AUTHORIZATION", "Basic YTpi");

    [Fact]
    public async Task HEAD_is_answered_without_a_body_and_GET_after_it()
    {
        for (int i = 0; i < 3; i++)
        {
            Reply head = await Http.Send(HttpMethod.Head, "/", null);
            head.Status.Should().Be(Head);
            head.Body.Should().BeEmpty();
            (await Http.Get("/")).Body.Should().HaveCount(100);
        }
    }

    [Fact]
    public async Task An_unknown_path_is_404()
    {
        Reply reply = await Http.Get("/no/such");
        reply.Status.Should().Be(HttpStatusCode.NotFound);
        reply.Pid.Should().BePositive("the program says it, not the web server");
    }

    [Fact]
    public async Task A_crash_costs_its_own_request_only()
    {
        site.ExpectedCrashes++;
        await Crash();
        (await Http.Get("/")).Status.Should().Be(HttpStatusCode.OK);
    }

    /// <summary>What the program says to HEAD of its first page.</summary>
    protected virtual HttpStatusCode Head => HttpStatusCode.OK;

    // On a connection of its own: on one that was used, HAProxy just hangs up, for a browser tries again then.
    protected virtual async Task Crash()
    {
        using RawConnection client = await Http.Open("GET /crash HTTP/1.1\nHost: {host}\nConnection: close\n\n");
        (await client.Read("\n")).Should().MatchRegex("^HTTP/1.1 50[0-4] ");
    }

    private protected virtual Task<Reply[]> PostAtOnce(string path, byte[][] bodies) => Task.WhenAll(bodies.Select(b => Http.Post(path, b)));

    public void Dispose() => output.WriteLine(site.Log);

    internal static byte[] RandomBytes(int length)
    {
        byte[] body = new byte[length];
        new Random(length).NextBytes(body);
        return body;
    }
}

public class BehindNginx(NginxSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<NginxSite>;

public class BehindNginxOverTcpWithKeptConnections(NginxTcpSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<NginxTcpSite>
{
    // When a kept connection breaks, nginx sends the request to another worker, which crashes as well. Whether it has a kept one depends on the order of the tests.
    protected override async Task Crash()
    {
        site.ExpectedCrashes = null;
        await base.Crash();
    }
}

public class BehindApache(ApacheSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<ApacheSite>;

public class BehindApacheOverTcpWithKeptConnections(ApacheTcpSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<ApacheTcpSite>;

[Trait("Row", "A4.1")]
public class StartedByApache(ApacheFcgidSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<ApacheFcgidSite>
{
    [Fact]
    public async Task It_is_a_manager_with_a_worker_and_the_socket_as_descriptor_0()
    {
        int pid = (await Http.Get("/")).Pid;
        Native.ReadOrEmpty($"/proc/{pid}/cmdline").Should().StartWith("FastCgiApp: worker");
    }
}

public class BehindLighttpd(LighttpdSocketSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<LighttpdSocketSite>;

[Trait("Row", "A4.1")]
public class StartedByLighttpd(LighttpdBinPathSite site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<LighttpdBinPathSite>;

public class BehindHaProxy(HaProxySite site, ITestOutputHelper output) : EveryServer(site, output), IClassFixture<HaProxySite>;

public class BehindHaProxyMultiplexing(HaProxyMultiplexSite site, ITestOutputHelper output) : EveryServer(site, output), IClassFixture<HaProxyMultiplexSite>
{
    // HAProxy asks another worker, which crashes as well, until it has asked often enough.
    protected override async Task Crash()
    {
        site.ExpectedCrashes = null;
        await base.Crash();
    }

    private protected override Task<Reply[]> PostAtOnce(string path, byte[][] bodies) => site.Post(path, bodies);
}
