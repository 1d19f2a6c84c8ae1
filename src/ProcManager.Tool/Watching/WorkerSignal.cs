using ProcManager.Posix;

namespace ProcManager.Tool.Watching;

/// <summary>Signals a hung worker through a pidfd, while it is still the process that was seen and a child of the same manager.</summary>
internal static class WorkerSignal
{
    /// <summary>False: the worker has ended meanwhile, or may not be signalled.</summary>
    internal static bool TrySend(int manager, WorkerReading worker, int signal)
    {
        int pidFd = Children.OpenPidFd(worker.Pid);
        try
        {
            // Compared after the open: from then on the descriptor is this process's, whatever becomes of its number.
            return pidFd >= 0
                && worker.StartTime != 0
                && ProcFs.StartTime(worker.Pid) == worker.StartTime
                && ProcFs.Parent(worker.Pid) == manager
                && Children.Signal(worker.Pid, pidFd, signal);
        }
        finally
        {
            Descriptors.Close(pidFd);
        }
    }
}
