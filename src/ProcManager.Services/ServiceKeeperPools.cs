using Microsoft.Extensions.Logging;
using ProcManager.Services.Status;

namespace ProcManager.Services;

/// <summary>A keeper in the manager of a pool, for side-cars that must be up while the pool is.</summary>
public static class ServiceKeeperPools
{
    /// <summary>
    /// Runs a keeper in the manager process: it starts before the first worker, and stops, with its foreground services, when all workers are gone. Its services are on the manager's status page, in the JSON and in the metrics. To be called
    /// before <see cref="ProcessManager.Manage()"/>, in every process of the pool: workers, and a plain process (<see cref="ProcessManagerOptions.ProcessCount"/> = 0), do not start the keeper.
    /// </summary>
    /// <param name="manager">The manager.</param>
    /// <param name="options">What is kept, and where. Its own status page is not needed.</param>
    /// <param name="notifiers">Are told of the changes of every service, beside the command and the mail of the options.</param>
    /// <returns>The keeper, which writes to the log of the manager.</returns>
    /// <exception cref="ProcManagerConfigurationException">The options are not allowed.</exception>
    /// <remarks>When the keeper cannot start, as when another one has its folder, the manager logs that and goes on.</remarks>
    public static ServiceKeeper Keep(this ProcessManager manager, ServiceKeeperOptions options, IEnumerable<IServiceNotifier>? notifiers = null)
    {
        ArgumentNullException.ThrowIfNull(manager);
        var keeper = new ServiceKeeper(options, new ManagerLog(manager), notifiers);
        manager.AddStatusPart(new ServicesReport(keeper.Status));
        manager.Started += (_, _) => keeper.Start();
        manager.AddLastStep(() => keeper.StopAsync().GetAwaiter().GetResult());
        return keeper;
    }

    private sealed class ManagerLog(ProcessManager manager) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => manager.Logger;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
