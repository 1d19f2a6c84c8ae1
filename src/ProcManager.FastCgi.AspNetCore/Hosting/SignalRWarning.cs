using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>
/// SignalR, and with it Blazor Server, keeps a client's state in one worker, while each request of the client may meet another one. Over FastCGI there is no WebSocket that
/// would hold the client there. That shows only under load, so a warning comes at the start.
/// </summary>
internal static class SignalRWarning
{
    internal static void TellIfDue(IServiceProvider services, ProcessManager manager, ILogger log)
    {
        if (manager.Role != ProcessRole.Worker || manager.Slot != 0 || MaxWorkers(manager.Options) < 2)
        {
            return;
        }

        string[] hubs = [.. services.GetServices<EndpointDataSource>()
            .SelectMany(static s => s.Endpoints)
            .Select(static e => e.Metadata.GetMetadata<HubMetadata>()?.HubType.Name)
            .OfType<string>()
            .Distinct()];
        if (hubs.Length > 0)
        {
            ServerLog.SignalRWithManyWorkers(log, string.Join(", ", hubs), MaxWorkers(manager.Options));
        }
    }

    private static int MaxWorkers(ProcessManagerOptions options) => Math.Max(options.ProcessCount, options.Sizing == PoolSizing.Static ? 0 : options.MaxCount ?? 0);
}
