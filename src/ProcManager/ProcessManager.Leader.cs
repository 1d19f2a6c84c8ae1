using ProcManager.Worker;

namespace ProcManager;

/// <content>One worker of the pool leads, for what is to run once.</content>
public partial class ProcessManager
{
    private EventHandler? _leaderChanged;
    private int _wantsToLead;

    /// <summary>
    /// True in exactly one of the workers that serve and ask: for a job that one process of the pool is to do. The kernel gives leadership up when the leader ends, however it ends, and another worker leads then; at a reload it goes over to another worker.
    /// It ends the moment the worker is told to leave, also while a request is under way. Two workers of one pool never lead at once. A standby worker does not lead. A leader that is stopped or hung leads until it is killed.
    /// </summary>
    /// <value>
    /// In a worker: whether it leads. The first question, or the first handler of <see cref="LeaderChanged"/>, makes this worker a candidate, so the first answer is false; ask again, or wait for the event.
    /// In a plain process (process count 0): always true. In the manager: always false. From any thread; after the first time it costs no system call.
    /// </value>
    /// <remarks>A lock of the kernel's on the scoreboard, see F_OFD_SETLKW in fcntl(2).</remarks>
    public bool IsLeader
    {
        get
        {
            if (Role != ProcessRole.Worker)
            {
                return Role == ProcessRole.Unmanaged;
            }

            WantToLead();
            return _worker?.Leadership?.IsLeader ?? false;
        }
    }

    /// <summary>
    /// <see cref="IsLeader"/> has changed. Raised in the worker that it is about, on a thread that does nothing else, so a handler may block. When the worker is told to leave, no other worker leads before the handlers have returned, or this process has
    /// ended: a handler that waits for the end of the job sees to it that two never run. A worker that has nothing to finish may end before or while the handlers run. Never raised in the manager or in a plain process. An exception of a handler is logged.
    /// </summary>
    public event EventHandler? LeaderChanged
    {
        add
        {
            _leaderChanged += value;
            WantToLead();
        }

        remove => _leaderChanged -= value;
    }

    private void WantToLead()
    {
        _ = Interlocked.Exchange(ref _wantsToLead, 1);
        _worker?.Leadership?.Want();
    }

    // Worker process, in Manage.
    private void LeadWhenWanted(WorkerProcess worker)
    {
        worker.Leadership!.Changed = () => Raise(nameof(LeaderChanged), () => _leaderChanged?.Invoke(this, EventArgs.Empty));
        if (Interlocked.CompareExchange(ref _wantsToLead, 1, 1) == 1)
        {
            worker.Leadership.Want();
        }
    }
}
