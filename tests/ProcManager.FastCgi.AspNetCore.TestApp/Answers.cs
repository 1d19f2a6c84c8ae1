using Microsoft.AspNetCore.Http.Features;

namespace ProcManager.FastCgi.AspNetCore.TestApp;

/// <summary>Answers of every kind.</summary>
internal static class Answers
{
    private static readonly string[] Bread = ["rye", "oat"];

    internal static void Map(WebApplication app)
    {
        app.MapMethods("/", ["GET", "HEAD"], static () => $"Hello from pid {Environment.ProcessId}".PadRight(99) + "\n");
        app.MapGet("/injected", static (ProcessManager manager, ScoreboardView board) => $"{manager.Role} {manager.Slot}, {(manager.Role == ProcessRole.Worker ? board.Snapshot().Slots.Count : 0)} slots\n");
        app.MapGet("/bytes", static async (HttpContext context, long count, int part, bool length) =>
        {
            context.Response.ContentLength = length ? count : null;
            byte[] bytes = new byte[part];
            for (int i = 0; i < part; i++)
            {
                bytes[i] = (byte)(i % 251);
            }

            for (long left = count; left > 0; left -= part)
            {
                await context.Response.Body.WriteAsync(bytes.AsMemory(0, (int)Math.Min(left, part)));
            }
        });
        app.MapGet("/cookies", static (HttpResponse response) =>
        {
            response.Cookies.Append("a", "1");
            response.Cookies.Append("b", "2", new CookieOptions { HttpOnly = true });
            response.Headers.Append("X-Bread", Bread);
            return "two\n";
        });
        int warmed = 0;
        app.MapGet("/warm", (HttpContext context) => { warmed++; return Results.Bytes(new byte[2_000_000]); });
        app.MapGet("/hang-behind", static (HttpContext context) => { context.Response.OnCompleted(static () => Task.Delay(Timeout.Infinite)); return "answered"; });
        app.MapGet("/warmed", () => $"{warmed}");
        app.MapGet("/redirect", static () => Results.Redirect("/there?x=1"));
        app.MapGet("/created", static () => Results.Created("/made/7", new { id = 7 }));
        app.MapGet("/nothing", static () => Results.NoContent());
        app.MapGet("/status", static (HttpResponse response, int code) => { response.StatusCode = code; });
        app.MapGet("/phrase", static (HttpContext context) => { context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = "Quite Well"; });
        app.MapMethods("/file", ["GET", "HEAD"], static (string path) => Results.File(path, "text/plain", enableRangeProcessing: true));
        app.MapGet("/writer", static async (HttpContext context) =>
        {
            context.Response.BodyWriter.GetSpan(5)[..5].Fill((byte)'w');
            context.Response.BodyWriter.Advance(5);
            context.Response.StatusCode = 202; // still possible: nothing was flushed
            context.Response.OnStarting(static c => ((HttpContext)c).Response.WriteHeader("X-Late", "yes"), context);
            await context.Response.BodyWriter.FlushAsync();
        });
        app.MapGet("/hop", static (HttpResponse response) =>
        {
            response.Headers.Connection = "close";
            response.Headers.TransferEncoding = "chunked";
            return "hop\n";
        });
        app.MapGet("/order", static async (HttpContext context) =>
        {
            string seen = "";
            context.Response.OnStarting(() => { context.Response.Headers["X-Order"] = seen + " first"; return Task.CompletedTask; });
            context.Response.OnStarting(() => { seen += "second"; return Task.CompletedTask; });
            context.Response.OnCompleted(static () => { Console.WriteLine("completed first"); return Task.CompletedTask; });
            context.Response.OnCompleted(static () => throw new InvalidOperationException("completed badly"));
            context.Response.OnCompleted(static () => { Console.WriteLine("completed second"); return Task.CompletedTask; });
            await Task.Yield();
        });
    }

    private static Task WriteHeader(this HttpResponse response, string name, string value)
    {
        response.Headers[name] = value;
        return Task.CompletedTask;
    }
}
