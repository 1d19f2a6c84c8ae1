using Microsoft.Extensions.Logging;
using ProcManager.Services.Checks;
using ProcManager.Services.Commands;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Keeping;

/// <summary>What the keeper's loop works with, made by its door and replaced by tests.</summary>
/// <param name="Probe">Makes the probe of a check.</param>
/// <param name="Snapshots">Makes the taker of snapshots for a folder.</param>
/// <param name="Notifiers">Makes the notifiers that a definition asks for.</param>
/// <param name="HostNotifiers">The notifiers of the host, which are told of every service.</param>
/// <param name="Log">The log.</param>
internal sealed record KeeperParts(
    Func<ServiceCheck, IServiceProbe> Probe,
    Func<ServiceSnapshotOptions, string, ISnapshotTaker> Snapshots,
    Func<ServiceNotifyOptions, IEnumerable<IServiceNotifier>> Notifiers,
    IReadOnlyList<IServiceNotifier> HostNotifiers,
    ILogger Log)
{
    /// <summary>Starts start and stop commands. Called on threads of their own.</summary>
    internal SpawnCall Spawn { get; init; } = CommandStart.Spawn;
}
