using System.Runtime.CompilerServices;

namespace ProcManager.FastCgi.AspNetCore.TestApp;

/// <summary>Answers that wait for a file of the test, and tell by files how far they are.</summary>
internal static class Waiting
{
    internal static void Map(WebApplication app)
    {
        app.MapGet("/hold", static async (string file, CancellationToken aborted) =>
        {
            string whole = $"{file}.{Guid.NewGuid():N}";
            await File.WriteAllTextAsync(whole, $"{Environment.ProcessId}", CancellationToken.None);
            File.Move(whole, file + ".begun", overwrite: true);
            try
            {
                await For(file, aborted);
                return "held\n";
            }
            catch (OperationCanceledException)
            {
                await File.WriteAllTextAsync(file + ".aborted", "", CancellationToken.None);
                throw;
            }
        });
        app.MapGet("/stream", static async (HttpContext context, string file) =>
        {
            await context.Response.WriteAsync("early\n");
            await For(file, context.RequestAborted);
            await context.Response.WriteAsync("late\n");
        });
        app.MapGet("/items", static (string file, CancellationToken aborted) => Items(file, aborted));
        app.MapGet("/events", static async (HttpContext context, string file, IHostApplicationLifetime lifetime) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: begun\n\n");
            await File.WriteAllTextAsync(file + ".begun", "");
            await Task.Delay(Timeout.Infinite, lifetime.ApplicationStopping).ContinueWith(static _ => { }, TaskScheduler.Default); // an endless one ends with the host
            await context.Response.WriteAsync("data: over\n\n");
        });
        app.MapPost("/read", static async (HttpRequest request, string file) =>
        {
            byte[] buffer = new byte[1000];
            try
            {
                while (await request.Body.ReadAsync(buffer) > 0)
                {
                    await File.WriteAllTextAsync(file + ".begun", "");
                }

                await File.WriteAllTextAsync(file + ".done", "");
            }
            catch (IOException e)
            {
                await File.WriteAllTextAsync(file + ".new", e.GetType().Name);
                File.Move(file + ".new", file + ".failed");
                throw;
            }
        });
        app.MapGet("/endless", static async (HttpContext context, string file) =>
        {
            byte[] bytes = new byte[100_000];
            try
            {
                while (true)
                {
                    context.RequestAborted.ThrowIfCancellationRequested();
                    await context.Response.Body.WriteAsync(bytes);
                }
            }
            finally
            {
                await File.WriteAllTextAsync(file + ".gone", "", CancellationToken.None);
            }
        });
        app.MapGet("/callback", static async (HttpContext context, string file) =>
        {
            context.RequestAborted.Register(static () => throw new InvalidOperationException("thrown in a callback"));
            await File.WriteAllTextAsync(file + ".begun", "");
            await For(file, CancellationToken.None);
        });
        app.MapGet("/stop", static (IHostApplicationLifetime lifetime) => { lifetime.StopApplication(); return "stopping\n"; });
    }

    private static async IAsyncEnumerable<int> Items(string file, [EnumeratorCancellation] CancellationToken aborted)
    {
        yield return 1;
        await For(file, aborted);
        yield return 2;
    }

    private static async Task For(string file, CancellationToken aborted)
    {
        while (!File.Exists(file))
        {
            await Task.Delay(5, aborted);
        }
    }
}
