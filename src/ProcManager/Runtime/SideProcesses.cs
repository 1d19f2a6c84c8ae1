using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>A child that is no worker: one that looks into a hung worker, a command, a child of the host. <paramref name="Reaps"/>: false for one that somebody else waits for.</summary>
internal sealed record SideProcess(int Pid, int PidFd, bool Reaps, Action<ChildEnd> Ended);

/// <summary>The children that are no workers. Each is waited for by its own pid, as the workers are.</summary>
internal sealed class SideProcesses
{
    private readonly List<SideProcess> _all = [];

    internal IReadOnlyList<SideProcess> All => _all;

    /// <summary>Set when the list was changed since it was last polled.</summary>
    internal bool Changed { get; set; }

    /// <summary>Told of what a callback throws: the manager's loop must not end with it.</summary>
    internal Action<Exception> Failed { get; init; } = static _ => { };

    /// <summary>
    /// False when there is no such child any more: somebody else has its number by now, or nobody. It is looked at after the open, so that the descriptor
    /// is the child's; the start time, where it is known, tells it from a later child of ours.
    /// </summary>
    internal bool Watch(int pid, bool reaps, Action<ChildEnd> ended, long startTime = 0)
    {
        int pidFd = Children.OpenPidFd(pid);
        if (!Children.IsOurs(pid) || (startTime > 0 && ProcFs.StartTime(pid) is > 0 and var now && now != startTime))
        {
            Descriptors.Close(pidFd);
            return false;
        }

        // Without a descriptor (an old kernel, or none is left) SIGCHLD tells: whoever polls sees to that.
        _all.Add(new SideProcess(pid, pidFd, reaps, ended));
        Changed = true;
        return true;
    }

    internal void Signal(int pid, int signal)
    {
        // One that somebody else reaps may be gone at any moment; through its descriptor that does no harm.
        if (_all.Find(p => p.Pid == pid) is { } process && (process.PidFd >= 0 || process.Reaps || Children.IsRunning(pid)))
        {
            _ = Children.Signal(process.Pid, process.PidFd, signal);
        }
    }

    /// <summary>Which descriptor was readable, or -1: those that have none are to be looked at. True: one is there that has nothing to be reaped.</summary>
    internal bool Look(int descriptor)
    {
        bool runs = false;
        foreach (SideProcess process in _all.ToArray())
        {
            if (process.PidFd != descriptor)
            {
                continue;
            }

            if (EndOf(process) is not { } end)
            {
                runs = true;
                continue;
            }

            _all.Remove(process);
            Descriptors.Close(process.PidFd);
            Changed = true;
            Tell(process, end);
        }

        return runs;
    }

    private void Tell(SideProcess process, ChildEnd end)
    {
        try
        {
            process.Ended(end);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Failed(e);
        }
    }

    private static ChildEnd? EndOf(SideProcess process) =>
        process.Reaps ? Children.TryReap(process.Pid)
        : process.PidFd >= 0 || !Children.IsRunning(process.Pid) ? ChildEnd.Unknown
        : null;
}
