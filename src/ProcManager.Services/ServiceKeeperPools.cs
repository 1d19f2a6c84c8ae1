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
    /// <param name="keeper">The keeper, not started.</param>
    /// <returns>The same manager.</returns>
    /// <remarks>When the keeper cannot start, as when another one has its folder, the manager logs that and goes on.</remarks>
    public static ProcessManager Keep(this ProcessManager manager, ServiceKeeper keeper)
    {
        ArgumentNullException.ThrowIfNull(manager);
        ArgumentNullException.ThrowIfNull(keeper);
        manager.AddStatusPart(new ServicesReport(keeper.Status));
        manager.Started += (_, _) => keeper.Start();
        manager.AddLastStep(() => keeper.StopAsync().GetAwaiter().GetResult());
        return manager;
    }
}
