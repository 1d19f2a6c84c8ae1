using System.Net;
using System.Reflection;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>The sample with ASP.NET Core, with the same paths; nginx in front of it has tests of its own.</summary>
internal static class WebApp
{
    internal static string Sample { get; } = Path.Combine(
        typeof(WebApp).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(static a => a.Key == "FastCgiWebPath").Value!,
        "FastCgiWeb");

    /// <summary>The first event is here long before there are enough to fill a buffer, and so are the next ones.</summary>
    internal static async Task SendsEventsOneByOne(HttpSite http)
    {
        using RawConnection client = await http.Open("GET /events?ms=300 HTTP/1.1\nHost: {host}\n\n");
        string first = await client.Read("data: tick 1\n");
        int seen = System.Text.RegularExpressions.Regex.Count(first, "data: tick");
        first.Should().NotContain("tick 20", "a buffer of 4 KiB holds two hundred");
        (await client.Read($"data: tick {seen + 2}\n")).Should().NotContain($"tick {seen + 20}");
    }
}

public class WebAppBehindApache(WebAppBehindApache.Web site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<WebAppBehindApache.Web>
{
    // MapGet is for GET alone; the fallback answers.
    protected override HttpStatusCode Head => HttpStatusCode.NotFound;

    [Fact]
    public Task Events_arrive_one_by_one() => WebApp.SendsEventsOneByOne(Http);

    public class Web : ApacheSite
    {
        private protected override string Program => WebApp.Sample;
    }
}

public class WebAppBehindLighttpd(WebAppBehindLighttpd.Web site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<WebAppBehindLighttpd.Web>
{
    protected override HttpStatusCode Head => HttpStatusCode.NotFound;

    [Fact]
    public Task Events_arrive_one_by_one() => WebApp.SendsEventsOneByOne(Http);

    public class Web : LighttpdSocketSite
    {
        private protected override string Program => WebApp.Sample;
    }
}

public class WebAppBehindHaProxy(WebAppBehindHaProxy.Web site, ITestOutputHelper output) : EveryServer(site, output), IClassFixture<WebAppBehindHaProxy.Web>
{
    protected override HttpStatusCode Head => HttpStatusCode.NotFound;

    [Fact]
    public Task Events_arrive_one_by_one() => WebApp.SendsEventsOneByOne(Http);

    public class Web : HaProxySite
    {
        private protected override string Program => WebApp.Sample;
    }
}
