namespace ProcManager.Services.Supervision;

/// <summary>What is across services: which ones wait for others, and in which order they stop.</summary>
internal static class Dependencies
{
    /// <summary>Begins the reason of a service that waits; the name follows.</summary>
    internal const string WaitsForReason = "waits for ";

    /// <summary>The first dependency that is not up; null: all are. A dependency that is paused or not kept is not waited for.</summary>
    internal static string? WaitsFor(ServiceDefinition service, Func<string, ServiceCondition?> find) =>
        service.DependsOn.FirstOrDefault(name => find(name) is { IsWaitedFor: true });

    /// <summary>A service stops when no service that depends on it, directly or through others, is left to stop.</summary>
    internal static bool MayStop(ServiceDefinition service, IEnumerable<(ServiceDefinition Definition, ServiceCondition Condition)> all)
    {
        (ServiceDefinition Definition, ServiceCondition Condition)[] services = [.. all];
        var dependants = new HashSet<string>(StringComparer.Ordinal) { service.Name };
        int before;
        do
        {
            before = dependants.Count;
            dependants.UnionWith(services.Where(s => s.Definition.DependsOn.Any(dependants.Contains)).Select(static s => s.Definition.Name));
        }
        while (dependants.Count > before);

        // In a circle, which the definitions' check refuses, a service is its own dependant and does not wait for itself.
        return services.All(s => s.Definition.Name == service.Name || !dependants.Contains(s.Definition.Name) || s.Definition.Kind == ServiceKind.Detached || s.Condition.IsOver(s.Definition.Kind));
    }
}
