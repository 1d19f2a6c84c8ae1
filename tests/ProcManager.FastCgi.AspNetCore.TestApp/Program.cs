using Microsoft.AspNetCore.Diagnostics;
using ProcManager;
using ProcManager.FastCgi;
using ProcManager.FastCgi.AspNetCore.TestApp;

var switches = new Dictionary<string, string> { ["--socket"] = "FastCgi:SocketPath", ["--port"] = "FastCgi:Port" };
IConfiguration configuration = new ConfigurationBuilder().AddCommandLine(args, switches).Build();
using var manager = new ProcessManager(configuration);
using FastCgiListener fastCgi = manager.ListenFastCgi(configuration);
if (manager.Role != ProcessRole.Worker)
{
    Console.WriteLine($"listening {fastCgi.LocalEndPoint}");
}

if (configuration["forget-manage"] is null)
{
    manager.Manage();
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Logging.ClearProviders().AddSimpleConsole(static o => o.SingleLine = true).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Information);
builder.WebHost.UseFastCgi(fastCgi);
WebApplication app = builder.Build();
app.Use(static (context, next) =>
{
    context.Response.Headers["X-Pid"] = $"{Environment.ProcessId}";
    return next(context);
});
app.UseWhen(
    static c => c.Request.Path.StartsWithSegments("/page"),
    static branch => branch.UseExceptionHandler(static b => b.Run(static c => c.Response.WriteAsync($"page: {c.Features.Get<IExceptionHandlerFeature>()!.Error.Message}\n"))));
app.Lifetime.ApplicationStopping.Register(static () => Console.WriteLine($"host {Environment.ProcessId} stopping"));
app.Lifetime.ApplicationStopped.Register(static () => Console.WriteLine($"host {Environment.ProcessId} stopped"));
Requests.Map(app);
Answers.Map(app);
Waiting.Map(app);
Endings.Map(app);
app.Run();
Console.WriteLine($"host {Environment.ProcessId} returned");
