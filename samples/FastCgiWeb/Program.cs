using ProcManager;
using ProcManager.FastCgi;
using ProcManager.FastCgi.AspNetCore;

// --socket PATH or --port N for FastCGI; neither: Kestrel, or the socket that a web server left as standard input
var switches = new Dictionary<string, string> { ["--socket"] = "FastCgi:SocketPath", ["--port"] = "FastCgi:Port" };
IConfiguration configuration = ProcessManager.CreateConfiguration(args, switches);
using var manager = new ProcessManager(configuration);
using FastCgiListener fastCgi = manager.ListenFastCgi(configuration); // before Manage: the manager binds, workers inherit
if (manager.Role != ProcessRole.Worker) Console.WriteLine($"listening {fastCgi.LocalEndPoint}");
manager.Manage();                                                     // the manager stays in here and never builds the app

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseFastCgi(fastCgi);                                  // instead of Kestrel; the rest is any ASP.NET Core app
WebApplication app = builder.Build();
app.Use((context, next) =>
{
    context.Response.Headers["X-Pid"] = $"{Environment.ProcessId}";
    return next(context);
});
app.MapGet("/", () => $"Hello from pid {Environment.ProcessId}".PadRight(99) + "\n");
app.MapPost("/echo", async (HttpRequest request) =>
{
    var body = new MemoryStream();  // whole, before the answer begins: nginx then sends no more of it
    await request.Body.CopyToAsync(body);
    return Results.Bytes(body.ToArray());
});
app.MapGet("/sleep", async (int ms, CancellationToken aborted) =>
{
    await Task.Delay(Math.Clamp(ms, 0, 600_000), aborted);
    return $"slept {ms} ms\n";
});
app.MapGet("/events", (int ms, CancellationToken aborted) => TypedResults.ServerSentEvents(Ticks(ms, aborted)));
app.MapGet("/env", (HttpContext context) => string.Concat(context.Features.Get<IFastCgiFeature>()!.Parameters
    .OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}\n")));
app.MapGet("/crash", () => Environment.FailFast("asked to crash"));
app.MapFallback(() => Results.Text("Paths: / /echo /sleep?ms=N /events?ms=N /env /crash\n", statusCode: 404));
app.Run();                                                            // until the manager says to leave and all is answered

static async IAsyncEnumerable<string> Ticks(int ms, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken aborted)
{
    for (int i = 1; ; i++)
    {
        yield return $"tick {i}";
        await Task.Delay(Math.Clamp(ms, 1, 600_000), aborted);
    }
}
