using System.Globalization;
using ProcManager.Control;
using ProcManager.Posix;

namespace ProcManager.Tool.Pools;

/// <summary>Finds the pools of this user on this machine by their control sockets.</summary>
internal static class PoolFinder
{
    /// <summary>Every control socket in the private folders, with the manager behind it or why it cannot be reached.</summary>
    internal static IEnumerable<(string Path, ManagerClient? Client, string? Problem)> All()
    {
        foreach (string path in Sockets())
        {
            ManagerClient? client = null;
            string? problem = null;
            try
            {
                client = ManagerClient.Connect(path);
            }
            catch (ToolException e)
            {
                problem = e.Message;
            }

            yield return (path, client, problem);
        }
    }

    /// <summary>The one pool that is meant.</summary>
    /// <exception cref="ToolException">There is none, or more than one.</exception>
    internal static ManagerClient Find(PoolTarget target)
    {
        if (target.Control is { } control)
        {
            return ManagerClient.Connect(control);
        }

        if (target.PidFile is { } pidFile)
        {
            return OfPidFile(pidFile);
        }

        List<ManagerClient> found = [.. All().Select(static p => p.Client).OfType<ManagerClient>().Where(c => IsMeant(c, target.Name))];
        if (found.Count == 1)
        {
            return found[0];
        }

        found.ForEach(static c => c.Dispose());
        throw ToolException.CouldNotAsk(found.Count == 0
            ? target.Name is { } missing ? $"no pool of this user is named '{missing}' or has that pid. {Places()}" : $"no pool of this user runs. {Places()}"
            : $"{found.Count} pools are meant: {string.Join(", ", found.Select(static c => $"{c.Program} (pid {c.ProcessId})"))}. Say which one by its pid, as in 'procman status {found[0].ProcessId}'.");
    }

    /// <summary>The pid of the only manager that has a socket here, whether it answers or not; null: there is none, or more than one.</summary>
    internal static int? OnlyPid() => Sockets().ToArray() is [var only] && int.TryParse(Path.GetFileNameWithoutExtension(only), out int pid) ? pid : null;

    private static bool IsMeant(ManagerClient client, string? name)
    {
        if (name is null || client.Program == name || client.ProcessId.ToString(CultureInfo.InvariantCulture) == name)
        {
            return true;
        }

        client.Dispose();
        return false;
    }

    private static ManagerClient OfPidFile(string pidFile)
    {
        int pid = PidFiles.Read(pidFile);
        string[] beside = [pidFile + ".sock", .. Sockets().Where(s => Path.GetFileNameWithoutExtension(s) == pid.ToString(CultureInfo.InvariantCulture))];
        return beside.FirstOrDefault(File.Exists) is { } path
            ? ManagerClient.Connect(path)
            : throw ToolException.CouldNotAsk($"the manager of {pidFile} (pid {pid}) has no control socket that this user can see. Is it another user's, or is ControlSocket off?");
    }

    // A manager that was killed leaves its socket behind until the next one starts.
    private static IEnumerable<string> Sockets()
    {
        foreach (string folder in ControlPath.Folders().Distinct().Where(Directory.Exists))
        {
            foreach (string socket in Directory.GetFiles(folder, "*.sock").Order(StringComparer.Ordinal).Where(static s => !LocalSockets.IsDead(s)))
            {
                yield return socket;
            }
        }
    }

    private static string Places() => $"Control sockets are looked for in {string.Join(", ", ControlPath.Folders().Distinct())}; another place is given by --control or --pid-file.";
}

/// <summary>Which pool is meant; nothing given: the only one.</summary>
internal sealed record PoolTarget(string? Name, string? PidFile, string? Control);
