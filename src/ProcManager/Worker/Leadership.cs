using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Worker;

/// <summary>
/// Whether this worker leads the pool: it holds the one lock on the scoreboard's file. A thread that is started when the host first asks, and not before the worker serves, waits for the lock in the kernel and keeps it until the worker is told
/// to leave. So a pool in which no program asks pays nothing, and the death of a leader wakes the next one without a poll.
/// </summary>
internal sealed class Leadership(int scoreboard, Departure departure, ILogger log)
{
    private const int Wanted = 1;
    private const int Serving = 2;

    private int _conditions;
    private int _started;
    private volatile bool _holds;
    private bool _told; // the thread's own

    /// <summary>Called on the thread of this object each time <see cref="IsLeader"/> has changed. The lock is given back when the last call has returned.</summary>
    internal Action? Changed { get; set; }

    /// <summary>False from the moment the worker is told to leave, although the lock is given back later.</summary>
    internal bool IsLeader => _holds && !departure.HasBegun;

    /// <summary>The host asks who leads.</summary>
    internal void Want() => Add(Wanted);

    /// <summary>The worker serves from now on; a standby worker does not yet.</summary>
    internal void Serve() => Add(Serving);

    /// <summary>For a standby worker, which is to serve at once when its turn comes: <see cref="Serve"/> is compiled now.</summary>
    internal void WarmUp() => Add(0);

    private void Add(int condition)
    {
        int conditions = Interlocked.Or(ref _conditions, condition) | condition;
        if (conditions == (Wanted | Serving) && Interlocked.CompareExchange(ref _started, 1, 0) == 0
            && !WorkerThread.TryStart("leadership", Run, log))
        {
            Volatile.Write(ref _started, 0); // the next question tries again
        }
    }

    private void Run()
    {
        LeaderLock pool = LeaderLock.On(scoreboard);
        if (pool.Take() is not 0 and var errno)
        {
            LeaderLog.CannotLead(log, new PosixException("fcntl(scoreboard, F_SETLKW)", errno).Message);
            return;
        }

        if (!departure.HasBegun)
        {
            _holds = true;
            LeaderLog.Leads(log);
            Tell();
            _ = Connections.WaitFor(departure.LeaveDescriptor, Constants.POLLIN, -1);
            LeaderLog.LeadsNoMore(log);
            Tell();
        }

        pool.Release();
    }

    // The worker may be told to leave between the lock and the first word.
    private void Tell()
    {
        bool leads = IsLeader;
        if (leads != _told)
        {
            _told = leads;
            Changed?.Invoke();
        }
    }
}
