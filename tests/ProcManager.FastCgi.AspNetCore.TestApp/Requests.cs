using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Features;

namespace ProcManager.FastCgi.AspNetCore.TestApp;

/// <summary>What the application sees of a request.</summary>
internal static class Requests
{
    internal static void Map(WebApplication app)
    {
        app.Map("/seen/{**rest}", See);
        app.Map("/{place}/seen/{**rest}", See);
        app.MapPost("/body", (Delegate)Body);
        app.MapPost("/json", static (Order order) => Results.Json(order with { Count = order.Count + 1 }));
        app.MapPost("/form", static async (HttpRequest request) =>
        {
            IFormCollection form = await request.ReadFormAsync();
            return string.Concat(form.OrderBy(static f => f.Key).Select(static f => $"{f.Key}={f.Value}\n"))
                + string.Concat(form.Files.Select(static f => $"{f.Name}: {f.FileName} {f.Length}\n"));
        });
        app.MapPost("/limited", static async (HttpContext context, long limit) =>
        {
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = limit;
            return await Body(context);
        });
        app.MapPost("/pipe", static async (HttpContext context) =>
        {
            await context.Request.BodyReader.CopyToAsync(context.Response.Body); // answers while it reads
        });
    }

    private static IResult See(HttpContext context)
    {
        HttpRequest request = context.Request;
        return Results.Json(new Dictionary<string, string?>
        {
            ["Method"] = request.Method,
            ["Scheme"] = request.Scheme,
            ["Host"] = request.Host.Value,
            ["PathBase"] = request.PathBase.Value,
            ["Path"] = request.Path.Value,
            ["Query"] = request.QueryString.Value,
            ["RawTarget"] = context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            ["Protocol"] = request.Protocol,
            ["Remote"] = $"{context.Connection.RemoteIpAddress}:{context.Connection.RemotePort}",
            ["Local"] = $"{context.Connection.LocalIpAddress}:{context.Connection.LocalPort}",
            ["Id"] = context.TraceIdentifier,
            ["ContentType"] = request.ContentType,
            ["ContentLength"] = $"{request.ContentLength}",
            ["CanHaveBody"] = $"{context.Features.Get<IHttpRequestBodyDetectionFeature>()!.CanHaveBody}",
            ["Headers"] = string.Join("\n", request.Headers.Select(static h => $"{h.Key}: {h.Value}")),
            ["Cookies"] = string.Join(";", request.Cookies.Select(static c => $"{c.Key}={c.Value}")),
            ["WebSocket"] = $"{context.Features.Get<IHttpUpgradeFeature>()!.IsUpgradableRequest}",
            ["DocumentRoot"] = context.Features.Get<IFastCgiFeature>()!.Parameters["DOCUMENT_ROOT"],
        });
    }

    private static async Task<IResult> Body(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[10_000];
        long length = 0;
        int n;
        while ((n = await context.Request.Body.ReadAsync(buffer)) > 0)
        {
            hash.AppendData(buffer, 0, n);
            length += n;
        }

        return Results.Text($"{length} {Convert.ToHexString(hash.GetHashAndReset())} {context.Request.ContentLength?.ToString() ?? "unknown"} {context.Request.Headers.TransferEncoding}");
    }
}

internal sealed record Order(string Item, int Count);
