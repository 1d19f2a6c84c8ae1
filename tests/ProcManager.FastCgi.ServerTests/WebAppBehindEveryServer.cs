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
}

public class WebAppBehindApache(WebAppBehindApache.Web site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<WebAppBehindApache.Web>
{
    // MapGet is for GET alone; the fallback answers.
    protected override HttpStatusCode Head => HttpStatusCode.NotFound;

    public class Web : ApacheSite
    {
        private protected override string Program => WebApp.Sample;
    }
}

public class WebAppBehindLighttpd(WebAppBehindLighttpd.Web site, ITestOutputHelper output) : EveryServerThatTakesChunks(site, output), IClassFixture<WebAppBehindLighttpd.Web>
{
    protected override HttpStatusCode Head => HttpStatusCode.NotFound;

    public class Web : LighttpdSocketSite
    {
        private protected override string Program => WebApp.Sample;
    }
}

public class WebAppBehindHaProxy(WebAppBehindHaProxy.Web site, ITestOutputHelper output) : EveryServer(site, output), IClassFixture<WebAppBehindHaProxy.Web>
{
    protected override HttpStatusCode Head => HttpStatusCode.NotFound;

    public class Web : HaProxySite
    {
        private protected override string Program => WebApp.Sample;
    }
}
