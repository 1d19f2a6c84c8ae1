using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;

namespace ProcManager.Worker;

/// <summary>Threads that a worker can do without: at a limit of threads or memory (pids.max, RLIMIT_NPROC) no thread can be made, and the worker goes on.</summary>
internal static class WorkerThread
{
    /// <summary>False: the thread cannot be made, which is logged.</summary>
    internal static bool TryStart(string name, Action run, ILogger log, int stackSize = 0)
    {
        try
        {
            new Thread(() => run(), stackSize) { IsBackground = true, Name = $"procmanager {name}" }.Start();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            WorkerLog.ThreadNotMade(log, name);
            return false;
        }
    }
}
