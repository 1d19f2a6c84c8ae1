using System.Globalization;
using ProcManager.Posix;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>Sends a signal through a pidfd, so that it reaches the manager that was found and no process that has got its number since.</summary>
internal static class SignalCommand
{
    private static readonly Dictionary<string, int> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["HUP"] = Signals.HUP,
        ["INT"] = Signals.INT,
        ["QUIT"] = Signals.QUIT,
        ["TERM"] = Signals.TERM,
        ["KILL"] = Signals.KILL,
        ["TTIN"] = Signals.TTIN,
        ["TTOU"] = Signals.TTOU,
        ["USR1"] = Signals.USR1,
        ["USR2"] = Signals.USR2,
    };

    internal static IEnumerable<string> Names => Known.Keys;

    /// <exception cref="ToolException">It is none of the known signals.</exception>
    internal static int Number(string name) => Known.TryGetValue(name.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? name[3..] : name, out int signal)
        ? signal
        : throw new ToolException(ExitCodes.Usage, $"'{name}' is no signal that a manager knows; allowed: {string.Join(", ", Known.Keys)}.");

    internal static int Run(PoolTarget target, string name)
    {
        int signal = Number(name);
        int pid = Find(target);
        int pidFd = Children.OpenPidFd(pid);
        try
        {
            if (pidFd < 0 || Find(target) != pid || !Children.Signal(pid, pidFd, signal)) // found again behind the open: from here on the descriptor is this manager's
            {
                throw ToolException.CouldNotAsk($"{name} cannot be sent to the manager (pid {pid}): it has ended, or it is another user's.");
            }
        }
        finally
        {
            Descriptors.Close(pidFd);
        }

        return ExitCodes.Done;
    }

    private static int Find(PoolTarget target)
    {
        if (target.PidFile is { } file)
        {
            int pid = PidFiles.ReadTrusted(file);
            if (target.Control is null && (target.Name is null || target.Name == pid.ToString(CultureInfo.InvariantCulture)))
            {
                return pid; // also that of a manager without a control socket
            }
        }

        using ManagerClient client = PoolFinder.Find(target);
        return client.ProcessId > 0 ? client.ProcessId : throw ToolException.CouldNotAsk($"no signal can be sent to {client.Name}: it is in another pid namespace.");
    }
}
