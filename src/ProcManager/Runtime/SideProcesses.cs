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

    /// <summary>False when there is no such process any more.</summary>
    internal bool Watch(int pid, bool reaps, Action<ChildEnd> ended)
    {
        int pidFd = Children.OpenPidFd(pid);
        if (pidFd < 0 && !reaps)
        {
            return false; // nothing tells when it ends
        }

        _all.Add(new SideProcess(pid, pidFd, reaps, ended));
        Changed = true;
        return true;
    }

    internal void Signal(int pid, int signal)
    {
        if (_all.Find(p => p.Pid == pid) is { } process)
        {
            _ = Children.Signal(process.Pid, process.PidFd, signal);
        }
    }

    /// <summary>Which descriptor was readable, or -1: those that have none are to be looked at.</summary>
    internal void Look(int descriptor)
    {
        foreach (SideProcess process in _all.ToArray())
        {
            if (process.PidFd == descriptor && (process.Reaps ? Children.TryReap(process.Pid) : ChildEnd.Unknown) is { } end)
            {
                _all.Remove(process);
                Descriptors.Close(process.PidFd);
                Changed = true;
                Tell(process, end);
            }
        }
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
}
