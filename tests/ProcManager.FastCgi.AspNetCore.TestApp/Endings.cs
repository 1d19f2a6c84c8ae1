using Microsoft.AspNetCore.Http.Features;

namespace ProcManager.FastCgi.AspNetCore.TestApp;

/// <summary>Answers that go wrong.</summary>
internal static class Endings
{
    internal static void Map(WebApplication app)
    {
        app.MapGet("/throw", static string () => throw new InvalidOperationException("thrown early"));
        app.MapGet("/page/throw", static string () => throw new InvalidOperationException("thrown early"));
        app.MapGet("/written-and-thrown", static async Task (HttpContext context) =>
        {
            context.Response.Headers["X-Stale"] = "yes";
            context.Response.BodyWriter.GetSpan(5)[..5].Fill((byte)'x');
            context.Response.BodyWriter.Advance(5);
            await Task.Yield();
            throw new InvalidOperationException("nothing was sent");
        });
        app.MapGet("/throw-late", static async Task (HttpContext context) =>
        {
            await context.Response.WriteAsync("early\n");
            throw new InvalidOperationException("thrown late");
        });
        app.MapGet("/bad", static string () => throw new BadHttpRequestException("bad", 418));
        app.MapGet("/starting-throws", static (HttpContext context) =>
        {
            context.Response.OnStarting(static () => throw new InvalidOperationException("thrown while starting"));
            return "never\n";
        });
        app.MapGet("/started-and-thrown", static async Task (HttpContext context) =>
        {
            context.Response.Headers["X-Stale"] = "yes";
            await context.Response.StartAsync();
            throw new InvalidOperationException("started, but nothing was sent");
        });
        app.MapGet("/status-header", static (HttpResponse response) =>
        {
            response.Headers["Status"] = "404 as a backend of ours has said";
            return "fine\n";
        });
        app.MapGet("/length", static async (HttpContext context, int said, int part, int parts) =>
        {
            context.Response.ContentLength = said;
            for (int i = 0; i < parts; i++)
            {
                await context.Response.Body.WriteAsync(new byte[part]);
            }
        });
        app.MapGet("/nothing-written", static async (HttpContext context) =>
        {
            context.Response.StatusCode = 204;
            await context.Response.Body.WriteAsync("but this"u8.ToArray());
        });
        app.MapGet("/header", static (HttpResponse response) => { response.Headers["X-Bad"] = "a\r\nX-Smuggled: b"; });
        app.MapGet("/abort", static async (HttpContext context) =>
        {
            await context.Response.WriteAsync("early\n");
            context.Abort();
            await context.Response.WriteAsync("never\n");
            Console.WriteLine($"aborted {context.RequestAborted.IsCancellationRequested}");
        });
        app.MapGet("/complete", static async (HttpContext context, string file) =>
        {
            context.Response.ContentLength = 4;
            await context.Response.WriteAsync("all\n");
            await context.Response.CompleteAsync();
            while (!File.Exists(file))
            {
                await Task.Delay(5);
            }
        });
        app.MapGet("/too-late", static async (HttpContext context) =>
        {
            await context.Response.WriteAsync("started ");
            await context.Response.WriteAsync(Refusal(() => context.Response.StatusCode = 500));
            await context.Response.WriteAsync(Refusal(() => context.Response.Headers["X-Late"] = "yes"));
            await context.Response.WriteAsync(Refusal(() => context.Response.OnStarting(static () => Task.CompletedTask)));
            await context.Response.WriteAsync($"{context.Response.HasStarted}");
        });
        app.MapPost("/synchronous", static (HttpContext context, bool allowed) =>
        {
            context.Features.Get<IHttpBodyControlFeature>()!.AllowSynchronousIO = allowed;
            using var reader = new StreamReader(context.Request.Body);
            string text = reader.ReadToEnd();
            context.Response.Body.Write("read "u8);
            context.Response.Body.Write(System.Text.Encoding.UTF8.GetBytes(text));
            context.Response.Body.Flush();
        });
        app.MapGet("/upgrade", static async (HttpContext context) => { await context.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync(); });
    }

    private static string Refusal(Action action)
    {
        try
        {
            action();
            return "allowed ";
        }
        catch (InvalidOperationException)
        {
            return "refused ";
        }
    }
}
