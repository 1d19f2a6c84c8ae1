using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using ProcManager;
using ProcManager.FastCgi;
using ProcManager.FastCgi.AspNetCore.TestApp;

var switches = new Dictionary<string, string> { ["--socket"] = "FastCgi:SocketPath", ["--port"] = "FastCgi:Port" };
IConfiguration configuration = ProcessManager.CreateConfiguration(args, switches);
if (configuration["print-configuration"] is not null)
{
    PrintedConfiguration.Compare(args, configuration);
    return;
}

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
if (configuration["keys"] is not null)
{
    builder.Services.AddDataProtection();
}

if (configuration["hub"] is not null)
{
    builder.Services.AddSignalR();
}

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
if (configuration["keys"] is not null)
{
    app.MapGet("/sign", static (IDataProtectionProvider keys) => keys.CreateProtector("test").Protect("signed"));
    app.MapGet("/read", static (IDataProtectionProvider keys, string text) => keys.CreateProtector("test").Unprotect(text));
}

if (configuration["hub"] is not null)
{
    app.MapHub<NoHub>("/hub");
}

app.Run();
Console.WriteLine($"host {Environment.ProcessId} returned");

internal sealed class NoHub : Hub;
