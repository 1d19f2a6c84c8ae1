using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>Finds the processes that an earlier keeper has started and that outlived it: by its state files, and where it was killed in the middle of a start, by the environment of all processes.</summary>
/// <param name="folder">The keeper's folder.</param>
/// <param name="boot">The boot that the machine is in.</param>
internal sealed class Adoption(KeeperFolder folder, string boot)
{
    internal const string ServiceVariable = "PROCMANAGER_SERVICE";
    internal const string KeeperVariable = "PROCMANAGER_KEEPER";
    internal const string StartVariable = "PROCMANAGER_START";

    private List<(int Pid, string[] Environment)>? _leaders;

    /// <summary>What the process of a start has in its environment.</summary>
    internal static KeyValuePair<string, string>[] Marks(KeeperFolder folder, string service, string token) =>
        [new(ServiceVariable, service), new(KeeperVariable, folder.Path), new(StartVariable, token)];

    /// <summary>The process that is to be watched; null: there is none. The caller opens a pidfd and compares the start time.</summary>
    /// <param name="service">The service.</param>
    /// <param name="stored">What the earlier keeper has written; null: nothing that can be read.</param>
    internal SeenProcess? Find(ServiceDefinition service, StoredState? stored)
    {
        if (stored is not null && (stored.Boot != boot || stored.Phase == StoredPhase.None || stored.Kind != service.Kind))
        {
            return null;
        }

        if (stored?.Process is { } process && ProcFs.StartTime(process.Pid) == process.StartTime)
        {
            return process;
        }

        // A detached service inherits the marks of its start command, and is found by its checks.
        string? token = stored?.Phase == StoredPhase.Running ? StartToken.Next(stored.Token) : stored?.Token;
        return service.Kind == ServiceKind.Foreground && token != "" ? FindByMarks(service.Name, token) : null;
    }

    /// <summary>The oldest process that leads a session: what the service itself has started has the marks, too.</summary>
    private SeenProcess? FindByMarks(string service, string? token)
    {
        _leaders ??= [.. ProcFs.Pids().Where(ProcFs.IsSessionLeader).Select(static p => (p, ProcFs.Environ(p)))];
        SeenProcess[] found =
        [
            .. _leaders.Where(l => l.Environment.Contains($"{ServiceVariable}={service}") && l.Environment.Contains($"{KeeperVariable}={folder.Path}")
                    && (token is null || l.Environment.Contains($"{StartVariable}={token}")))
                .Select(static l => new SeenProcess(l.Pid, ProcFs.StartTime(l.Pid))).Where(static p => p.StartTime > 0).OrderBy(static p => p.StartTime),
        ];
        return found.Length > 0 ? found[0] : null;
    }
}
