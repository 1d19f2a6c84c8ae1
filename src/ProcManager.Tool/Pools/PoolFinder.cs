using System.Globalization;
using ProcManager.Control;
using ProcManager.Posix;

namespace ProcManager.Tool.Pools;

/// <summary>Finds the pools of this user on this machine by their control sockets.</summary>
internal static class PoolFinder
{
    private static string? _note;

    /// <summary>Every control socket in the private folders, with the manager behind it or why it cannot be reached within this time.</summary>
    internal static IEnumerable<(string Path, ManagerClient? Client, ToolException? Problem)> All(int milliseconds = ManagerClient.AnswerMilliseconds)
    {
        foreach (string path in Sockets())
        {
            ManagerClient? client = null;
            ToolException? problem = null;
            try
            {
                client = ManagerClient.Connect(path, milliseconds);
            }
            catch (ToolException e)
            {
                problem = e;
            }

            yield return (path, client, problem);
        }
    }

    /// <summary>The one pool that is meant.</summary>
    /// <exception cref="ToolException">There is none, or more than one.</exception>
    internal static ManagerClient Find(PoolTarget target, bool toSignal = false)
    {
        ManagerClient client = target is { Control: null, PidFile: null } ? ByName(target.Name) : ByPlace(target, toSignal);
        if (client.ForeignPids is { } note && note != _note)
        {
            _note = note; // a command that asks again and again tells it once
            Console.Error.WriteLine($"procman: {note}");
        }

        return client;
    }

    /// <summary>The pid of the only manager that has a socket here, whether it answers or not; null: there is none, or more than one.</summary>
    internal static int? OnlyPid() => Sockets().ToArray() is [var only] && int.TryParse(Path.GetFileNameWithoutExtension(only), out int pid) ? pid : null;

    private static ManagerClient ByName(string? name)
    {
        var found = new List<ManagerClient>();
        var problems = new List<(string Path, ToolException Problem)>();
        foreach ((string path, ManagerClient? client, ToolException? problem) in All())
        {
            if (client is null)
            {
                problems.Add((path, problem!));
            }
            else if (name is null || Matches(client, name))
            {
                found.Add(client);
            }
            else
            {
                client.Dispose();
            }
        }

        // A pool that does not answer may be the one that is meant, when none is named.
        if (found.Count == 1 && (name is not null || problems.Count == 0))
        {
            return found[0];
        }

        // What is wrong with other sockets says nothing about the pool that is meant.
        if (found.Count == 0 && problems.Where(p => IsMeant(p.Path, p.Problem, name)).ToArray() is [var meant])
        {
            throw meant.Problem;
        }

        found.ForEach(static c => c.Dispose());
        string reasons = problems.Count == 0 ? "" : $" Not reached: {string.Join(" ", problems.Select(static p => p.Problem.Message))}";
        throw ToolException.CouldNotAsk(found.Count == 0
            ? (name is null ? problems.Count > 0 ? "no pool of this user answers." : "no pool of this user runs." : $"no pool of this user is named '{name}' or has that pid.") + $" {Places()}{reasons}"
            : $"{found.Count + (name is null ? problems.Count : 0)} pools are meant: {string.Join(", ", found.Select(static c => c.Name))}. Say which one by its pid, as in 'procman status {found[0].ProcessId}'.{reasons}");
    }

    // A manager that does not greet does not tell its name, but ps(1) shows it.
    private static bool IsMeant(string socket, ToolException problem, string? name) => name is null
        ? problem.SilentPid is not null
        : Path.GetFileNameWithoutExtension(socket) == name || (problem.SilentPid is { } pid && (name == pid.ToString(CultureInfo.InvariantCulture) || name == SilentManager.NameOf(pid)));

    // --pid-file, --control and a name, of which several may be given when they mean the same pool.
    private static ManagerClient ByPlace(PoolTarget target, bool toSignal)
    {
        int? pid = target.PidFile is not { } file ? null : toSignal ? PidFiles.ReadTrusted(file) : PidFiles.Read(file);
        ManagerClient client = target.Control is { } control ? ManagerClient.Connect(control) : OfPidFile(target.PidFile!, pid!.Value);
        string? quarrel = target.Name is { } name && !Matches(client, name) ? $"'{name}' is named, and "
            : pid is not null && pid != client.ProcessId && (target.Control is not null || client.SharesPids) ? $"{target.PidFile} names pid {pid}, and "
            : null;
        if (quarrel is null)
        {
            return client;
        }

        client.Dispose();
        throw new ToolException(ExitCodes.Usage, $"{quarrel}{(target.Control is null ? $"--pid-file {target.PidFile}" : $"--control {target.Control}")} is {client.Name}. Name one pool.");
    }

    private static bool Matches(ManagerClient client, string name) => client.Program == name || client.ProcessId.ToString(CultureInfo.InvariantCulture) == name;

    private static ManagerClient OfPidFile(string pidFile, int pid)
    {
        string[] beside = [pidFile + ".sock", .. Sockets().Where(s => Path.GetFileNameWithoutExtension(s) == pid.ToString(CultureInfo.InvariantCulture))];
        return beside.FirstOrDefault(File.Exists) is { } path
            ? ManagerClient.Connect(path)
            : throw ToolException.CouldNotAsk($"the manager of {pidFile} (pid {pid}) has no control socket that this user can see. Is it another user's, or is ControlSocket off?");
    }

    // A manager that was killed leaves its socket behind until the next one starts.
    private static IEnumerable<string> Sockets()
    {
        foreach (string folder in ControlPath.Folders().Concat(ControlPath.FoldersOfOthers()).Distinct().Where(Directory.Exists))
        {
            foreach (string socket in Directory.GetFiles(folder, "*.sock").Order(StringComparer.Ordinal).Where(static s => !LocalSockets.IsDead(s)))
            {
                yield return socket;
            }
        }
    }

    private static string Places() => $"Control sockets are looked for in {string.Join(", ", ControlPath.Folders().Concat(ControlPath.FoldersOfOthers()).Distinct())}; another place is given by --control or --pid-file.";
}

/// <summary>Which pool is meant; nothing given: the only one.</summary>
internal sealed record PoolTarget(string? Name, string? PidFile, string? Control);
