using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProcManager.FastCgi.AspNetCore.Http;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>
/// Stands in for the application while a worker rehearses its first request, before it says that it stands by. The application itself is not asked: it would
/// count, log or write what no client has asked for.
/// </summary>
internal sealed class RehearsedApplication : IHttpApplication<HttpContext>
{
    internal static void Answer(FastCgiRequest request, FastCgiServer server) =>
        new RequestRun<HttpContext>(request, new RehearsedApplication(), server).RunAsync().GetAwaiter().GetResult();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        _ = context.Request.Path;
        _ = context.Request.Host;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync("rehearsed");
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // it holds nothing
    }
}
