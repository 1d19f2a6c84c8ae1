namespace ProcManager.Services;

/// <summary>What one round over the services has done: <see cref="ServiceKeeper.RunOnceAsync"/>.</summary>
/// <param name="Services">The services at the end of the round, in the order of the definitions.</param>
public sealed record ServiceRunSummary(IReadOnlyList<ServiceStatus> Services)
{
    /// <summary>The services that were down, were started and are up.</summary>
    public IEnumerable<ServiceStatus> Restarted => Services.Where(static s => s.Restarts > 0 && s.State == ServiceState.Up);

    /// <summary>The services that are not up at the end, apart from paused ones.</summary>
    public IEnumerable<ServiceStatus> Failed => Services.Where(static s => s.State is not (ServiceState.Up or ServiceState.Paused));
}
