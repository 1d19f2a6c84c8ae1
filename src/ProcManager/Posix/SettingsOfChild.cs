using System.Globalization;

namespace ProcManager.Posix;

/// <summary>Sets what a child that was just started is to have.</summary>
internal static class SettingsOfChild
{
    private const int MaxWaits = 1000; // of a millisecond

    /// <summary>
    /// Gives back what the kernel refuses. A process without CAP_SYS_RESOURCE or CAP_SYS_NICE may take something from a process of its own user only, so this is to be called as that user first,
    /// and for the rest as root.
    /// </summary>
    internal static List<ProcessSetting> Apply(int pid, IReadOnlyList<ProcessSetting> settings, Credentials? user)
    {
        try
        {
            if (user is not null && settings.Count > 0)
            {
                WaitForExec(pid, user);
            }

            return [.. settings.Where(s => s.Set(pid) != 0)];
        }
        catch
        {
            Kill(pid); // no process is left that the caller does not know
            throw;
        }
    }

    /// <summary>The parent goes on a moment before exec has taken the saved user from the child, and until then the child is not quite of the same user.</summary>
    private static unsafe void WaitForExec(int pid, Credentials user)
    {
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}");
        for (int i = 0; i < MaxWaits && ThreadStatus.Of(folder) is { } status && status.Users.Any(u => u != user.User); i++)
        {
            _ = LibC.poll(null, 0, 1);
        }
    }

    /// <exception cref="PosixException">The kernel refuses one. The child has been killed: it must not run without its limits.</exception>
    internal static void ApplyOrKill(int pid, IReadOnlyList<ProcessSetting> settings)
    {
        foreach (ProcessSetting setting in settings)
        {
            if (setting.Set(pid) is not 0 and var errno)
            {
                Kill(pid);
                throw new PosixException(setting.What, errno);
            }
        }
    }

    private static void Kill(int pid)
    {
        Children.KillGroup(pid);
        Children.Reap(pid);
    }
}
