using System.Globalization;

namespace ProcManager.Posix;

/// <summary>A user, a group and the supplementary groups, by number: as whom a process acts, see credentials(7).</summary>
internal sealed unsafe record Credentials(uint User, uint Group, IReadOnlyList<uint> Groups)
{
    /// <summary>No user and no group has this number: the calls take it for "as it is".</summary>
    internal const uint None = uint.MaxValue;

    /// <summary>The group as which this process acts.</summary>
    internal static uint EffectiveGroup => LibC.getegid();

    /// <summary>
    /// Makes this whole process act so from now on: groups, group, user, in this order, since the last step takes the right to do the others. Then it looks whether there is a way back.
    /// </summary>
    /// <exception cref="PosixException">The system refuses; the process may have the new groups already.</exception>
    /// <exception cref="ProcManagerException">There is a way back.</exception>
    internal void TakeForGood()
    {
        nuint dumpable = Dumpable.Get();
        fixed (uint* groups = (uint[])[.. Groups])
        {
            PosixException.ThrowIf(LibC.setgroups((nuint)Groups.Count, groups) < 0, "setgroups");
        }

        PosixException.ThrowIf(LibC.setresgid(Group, Group, Group) < 0, $"setresgid({Group})");
        PosixException.ThrowIf(LibC.setresuid(User, User, User) < 0, $"setresuid({User})");
        ThrowIfThereIsAWayBack();
        Dumpable.Set(dumpable);
    }

    private void ThrowIfThereIsAWayBack()
    {
        // By number, so that only this thread tries; the C library's call would end the process when its threads disagree.
        if (LibC.syscall(Constants.SYS_setresuid, 0, 0, 0, 0) == 0 || LibC.syscall(Constants.SYS_setgroups, 0, 0, 0, 0) == 0)
        {
            throw new ProcManagerException(string.Create(CultureInfo.InvariantCulture, $"This process has given up its privileges for the user {User}, and could take them back. It must not go on."));
        }

        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            if (ThreadStatus.Of(thread) is { } status && !status.IsJust(this))
            {
                throw new ProcManagerException(string.Create(CultureInfo.InvariantCulture, $"This process has given up its privileges for the user {User}, but its thread {Path.GetFileName(thread)} has not. It must not go on."));
            }
        }
    }
}

/// <summary>
/// Whether a process may be looked into by others of its user (PR_SET_DUMPABLE of prctl(2)). The kernel takes that away at each change of the user, and with it crash dumps and debuggers.
/// </summary>
internal static class Dumpable
{
    internal static nuint Get() => (nuint)Math.Max(0, LibC.prctl(Constants.PR_GET_DUMPABLE, 0, 0, 0, 0));

    internal static void Set(nuint value)
    {
        if (value == 1) // 2 cannot be set by a process
        {
            _ = LibC.prctl(Constants.PR_SET_DUMPABLE, 1, 0, 0, 0);
        }
    }
}
