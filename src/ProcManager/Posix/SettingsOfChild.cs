namespace ProcManager.Posix;

/// <summary>Sets what a child that was just started is to have.</summary>
internal static class SettingsOfChild
{
    /// <summary>
    /// Gives back what the kernel refuses. A process without CAP_SYS_RESOURCE or CAP_SYS_NICE may take something from a process of its own user only, so this is to be called as that user first,
    /// and for the rest as root.
    /// </summary>
    internal static List<ProcessSetting> Apply(int pid, IReadOnlyList<ProcessSetting> settings)
    {
        var refused = new List<ProcessSetting>();
        foreach (ProcessSetting setting in settings)
        {
            if (setting.Set(pid) != 0)
            {
                refused.Add(setting);
            }
        }

        return refused;
    }

    /// <exception cref="PosixException">The kernel refuses one. The child has been killed: it must not run without its limits.</exception>
    internal static void ApplyOrKill(int pid, IReadOnlyList<ProcessSetting> settings)
    {
        foreach (ProcessSetting setting in settings)
        {
            if (setting.Set(pid) is not 0 and var errno)
            {
                Children.KillGroup(pid);
                Children.Reap(pid);
                throw new PosixException(setting.What, errno);
            }
        }
    }
}
