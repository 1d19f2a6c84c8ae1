using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>Says once why an application that could be served over FastCGI is served by Kestrel.</summary>
internal sealed partial class PlainKestrel(ILogger<FastCgiListener> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Tell(log);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(610, LogLevel.Information, "there is no section FastCgi in the configuration, and no web server has started this program: Kestrel serves, in one process without a manager. For a pool behind a web server set FastCgi:Listen, such as unix:/run/app.sock")]
    private static partial void Tell(ILogger log);
}
