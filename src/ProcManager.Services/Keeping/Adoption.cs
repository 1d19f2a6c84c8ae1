using System.Globalization;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>Finds the processes that an earlier keeper has started and that outlived it: by its state files, and where these name the start but not its process, by the environment of all processes. Without a state file no process is taken: its environment says only what its own user wants.</summary>
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
        if (stored is null || stored.Boot != boot || stored.Kind != service.Kind)
        {
            return null;
        }

        if (stored.Process is { } process && ProcFs.StartTime(process.Pid) == process.StartTime)
        {
            return process;
        }

        // A detached service inherits the marks of its start command, and is found by its checks.
        return service.Kind == ServiceKind.Foreground && stored.Token.Length > 0 ? FindByMarks(service, stored) : null;
    }

    /// <summary>Of the last start the oldest process that leads a session: what the service itself has started has the marks, too.</summary>
    private SeenProcess? FindByMarks(ServiceDefinition service, StoredState stored)
    {
        _leaders ??= [.. ProcFs.Pids().Where(ProcFs.IsSessionLeader).Select(static p => (p, ProcFs.Environ(p)))];
        (SeenProcess Process, string Token)[] found =
        [
            .. _leaders.Where(l => l.Environment.Contains($"{ServiceVariable}={service.Name}") && l.Environment.Contains($"{KeeperVariable}={folder.Path}"))
                .Select(static l => (Process: new SeenProcess(l.Pid, ProcFs.StartTime(l.Pid)), Token: Token(l.Environment)))
                .Where(l => l.Process.StartTime > 0 && MayBe(l.Token, stored))
                .OrderByDescending(static l => StartToken.Number(l.Token)).ThenBy(static l => l.Process.StartTime),
        ];
        return found.Where(l => IsOf(service, l.Process.Pid)).Select(static l => (SeenProcess?)l.Process).FirstOrDefault();
    }

    /// <summary>The process acts as the user of the service. The user database is asked only when there is a process to compare.</summary>
    private static bool IsOf(ServiceDefinition service, int pid)
    {
        string? name = service.Start?.User;
        try
        {
            uint? user = name is null ? Accounts.EffectiveUser : uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id : AccountDatabase.UserId(name);
            return user is not null && ProcFs.Owner(pid)?.User == user;
        }
        catch (PosixException)
        {
            return false; // the user database does not tell
        }
    }

    private static string Token(string[] environment) => environment.FirstOrDefault(static v => v.StartsWith(StartVariable + "=", StringComparison.Ordinal))?[(StartVariable.Length + 1)..] ?? "";

    /// <summary>A start that was written down as begun, or one after the last that could be written down. A stop command has the marks with an empty token.</summary>
    private static bool MayBe(string token, StoredState stored) =>
        token.Length > 0 && (StartToken.IsLater(token, stored.Token) || (stored.Phase == StoredPhase.Starting && token == stored.Token));
}
