using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// The workers that exist, and what the kernel says of them. Constraints: never a wait on "any child" (the host's own children
/// keep their status); a pid means the worker only until it is reaped. Scheme: one poll(2) on a pidfd and a lifeline a worker;
/// a pidfd that becomes readable is reaped by its pid, after what the worker had still written was read.
/// </summary>
internal sealed unsafe class WorkerTable(ManagerBoard board, Inbox inbox, int[] listeners, SideProcesses side)
{
    private readonly SortedDictionary<int, WorkerHandle> _bySlot = [];
    private PollFd[] _poll = [];
    private int _used;
    private bool _changed = true;
    private SignalSource? _childSignals;

    internal IEnumerable<WorkerHandle> All => _bySlot.Values;

    internal int Count => _bySlot.Count;

    internal WorkerHandle? Find(int slot) => _bySlot.GetValueOrDefault(slot);

    internal void Add(WorkerHandle worker)
    {
        _bySlot.Add(worker.Slot, worker);
        _changed = true;
        if (worker.PidFd < 0)
        {
            HearChildSignals();
        }
    }

    /// <summary>Where the kernel has no pidfd, SIGCHLD tells that somebody has ended.</summary>
    internal void HearChildSignals()
    {
        if (_childSignals is null)
        {
            _childSignals = SignalSource.ForChildren(_ => inbox.Wake());
            inbox.Wake(); // it may have ended before the handler was there
        }
    }

    internal void Remove(WorkerHandle worker)
    {
        _ = _bySlot.Remove(worker.Slot);
        worker.Close();
        _changed = true;
    }

    internal void CloseLifelines()
    {
        foreach (WorkerHandle worker in _bySlot.Values)
        {
            worker.CloseLifeline();
        }

        _changed = true;
    }

    /// <summary>Sleeps until something is to be read, or the time-out in milliseconds; -1 for ever. True: a connection waits, which is looked for only when asked.</summary>
    internal bool Wait(int inboxDescriptor, int timeout, bool forConnections)
    {
        if (_changed || side.Changed)
        {
            Rebuild(inboxDescriptor);
        }

        for (int i = 0; i < listeners.Length; i++)
        {
            _poll[1 + i] = new PollFd { Fd = forConnections ? listeners[i] : -1, Events = Constants.POLLIN };
        }

        fixed (PollFd* fds = _poll)
        {
            int ready = LibC.poll(fds, (nuint)_used, timeout); // a signal that interrupts it is as good as an event
            bool waits = false;
            for (int i = 1; ready > 0 && i <= listeners.Length; i++)
            {
                waits |= fds[i].Returned != 0;
                fds[i].Returned = 0;
            }

            return waits;
        }
    }

    /// <summary>Reads lifelines and reaps the ended, in this order, so that a last word is heard.</summary>
    internal void Collect(Queue<ManagerEvent> events)
    {
        for (int i = 1; i < _used; i++)
        {
            if (_poll[i].Returned != 0)
            {
                _poll[i].Returned = 0;
                Look(_poll[i].Fd, events);
            }
        }

        if (_childSignals is not null)
        {
            side.Look(-1);
            foreach (WorkerHandle worker in _bySlot.Values.Where(static w => w.PidFd < 0).ToArray())
            {
                Reap(worker, events);
            }
        }
    }

    private void Look(int fd, Queue<ManagerEvent> events)
    {
        foreach (WorkerHandle worker in _bySlot.Values)
        {
            if (worker.Lifeline == fd)
            {
                Listen(worker, events);
                return;
            }

            if (worker.PidFd == fd)
            {
                Reap(worker, events);
                return;
            }
        }

        side.Look(fd);
    }

    private void Listen(WorkerHandle worker, Queue<ManagerEvent> events)
    {
        Span<byte> buffer = stackalloc byte[64];
        int read;
        while (worker.Lifeline >= 0 && (read = Descriptors.Read(worker.Lifeline, buffer)) >= 0)
        {
            if (read == 0)
            {
                worker.CloseLifeline();
                _changed = true;
            }

            foreach (byte said in buffer[..read])
            {
                switch (said)
                {
                    case LifelineByte.Ready:
                        events.Enqueue(new ManagerEvent.Ready(worker.Slot));
                        break;
                    case LifelineByte.RequestLimit:
                        events.Enqueue(new ManagerEvent.AsksToLeave(worker.Slot, WorkerExitCause.RequestLimit));
                        break;
                    case LifelineByte.Parked:
                        events.Enqueue(new ManagerEvent.Parked(worker.Slot));
                        break;
                    case LifelineByte.Shutdown:
                        events.Enqueue(new ManagerEvent.ShutdownRequested());
                        break;
                    case LifelineByte.OwnCall:
                        events.Enqueue(new ManagerEvent.LeavesByItself(worker.Slot, OwnCall: true));
                        break;
                    case LifelineByte.Leaving:
                        events.Enqueue(new ManagerEvent.LeavesByItself(worker.Slot));
                        break;
                    default:
                        break; // a newer worker may say more than this manager knows
                }
            }
        }
    }

    private void Reap(WorkerHandle worker, Queue<ManagerEvent> events)
    {
        if (worker.Exit is not null)
        {
            return;
        }

        worker.StartTime ??= DiagnosticsLitter.StartTime(worker.Pid);
        if (Children.TryReap(worker.Pid) is not { } end)
        {
            return;
        }

        Listen(worker, events);
        worker.Exit = new WorkerExit
        {
            Slot = worker.Slot,
            ProcessId = worker.Pid,
            Generation = worker.Generation,
            Cause = WorkerExitCause.Unknown,
            ExitCode = end.ExitCode,
            Signal = end.Signal,
            CoreDumped = end.CoreDumped,
            UserTime = end.UserTime,
            SystemTime = end.SystemTime,
            PeakMemory = end.PeakMemory,
            Age = Monotonic.Now - worker.StartedAt,
            Requests = board.Requests(worker.Slot),
        };
        events.Enqueue(new ManagerEvent.Ended(worker.Slot, end.ExitCode, end.Signal, worker.Exit.HowItEnded));
    }

    private void Rebuild(int inboxDescriptor)
    {
        _used = 1 + listeners.Length + side.All.Count + (2 * _bySlot.Count);
        if (_poll.Length < _used)
        {
            _poll = new PollFd[_used * 2];
        }

        _poll[0] = new PollFd { Fd = inboxDescriptor, Events = Constants.POLLIN };
        int at = 1 + listeners.Length;
        foreach (SideProcess process in side.All)
        {
            _poll[at++] = new PollFd { Fd = process.PidFd, Events = Constants.POLLIN };
        }

        foreach (WorkerHandle worker in _bySlot.Values)
        {
            // poll(2) leaves out negative descriptors
            _poll[at++] = new PollFd { Fd = worker.Lifeline, Events = Constants.POLLIN };
            _poll[at++] = new PollFd { Fd = worker.PidFd, Events = Constants.POLLIN };
        }

        _changed = false;
        side.Changed = false;
    }
}
