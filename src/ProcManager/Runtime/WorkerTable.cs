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
internal sealed unsafe partial class WorkerTable(ManagerBoard board, Inbox inbox, int[] listeners, SideProcesses side) : IDisposable
{
    private readonly SortedDictionary<int, WorkerHandle> _bySlot = [];
    private readonly LifeWatch _lives = new(inbox.Wake);
    private bool _changed = true;

    /// <summary>A worker says some ten words in its life. One that says more than this is broken.</summary>
    internal const int MaxWords = 1024;

    private readonly OutOfMemoryKills _outOfMemory = new();
    private SignalSource? _childSignals;

    /// <summary>Told of a worker that has said more than <see cref="MaxWords"/> words, and whose lifeline was closed for it.</summary>
    internal Action<WorkerHandle> TalksWithoutEnd { get; init; } = static _ => { };

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

    /// <summary>A worker that the manager before has started in this process.</summary>
    internal void TakeOver(WorkerHandle worker)
    {
        Add(worker);
        _lives.Watch(worker, board.LifeWord(worker.Slot));
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

    /// <summary>Ends and reaps a process that was there already when its start failed, in the few milliseconds that takes.</summary>
    internal void TakeBack(WorkerHandle worker)
    {
        Children.KillGroup(worker.Pid);
        _ = Children.Signal(worker.Pid, worker.PidFd, Signals.KILL);
        Children.Reap(worker.Pid);
        Remove(worker);
    }

    internal void Remove(WorkerHandle worker)
    {
        _ = _bySlot.Remove(worker.Slot);
        _lives.Forget(worker);
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

    public void Dispose()
    {
        LoseLeft();
        _lives.Dispose();
        _childSignals?.Dispose();
    }

    /// <summary>Reads lifelines and reaps the ended, in this order, so that a last word is heard.</summary>
    internal void Collect(Queue<ManagerEvent> events)
    {
        while (_lives.TryTake(out WorkerHandle? dying) == true)
        {
            if (dying!.Exit is null)
            {
                events.Enqueue(new ManagerEvent.Dying(dying.Slot));
            }
        }

        TakeBackLeft(events);
        foreach (int fd in _held.ToArray())
        {
            _ = _held.Remove(fd);
            Look(fd, events);
        }

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
            _ = side.Look(-1);
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
                Hold(fd, worker.Exit is null);
                return;
            }
        }

        Hold(fd, side.Look(fd));
    }

    private void Listen(WorkerHandle worker, Queue<ManagerEvent> events)
    {
        Span<byte> buffer = stackalloc byte[64];
        int read;
        while (worker.Lifeline >= 0 && (read = Descriptors.Read(worker.Lifeline, buffer)) >= 0)
        {
            worker.Words += read;
            if (read == 0 || worker.Words - worker.Handed > MaxWords)
            {
                worker.CloseLifeline(); // a worker that is alive leaves then, as when the manager has died
                _changed = true;
                if (read > 0)
                {
                    TalksWithoutEnd(worker);
                    return; // otherwise it would hold the loop, and fill its memory with events
                }
            }

            foreach (byte said in buffer[..read])
            {
                switch (said)
                {
                    case LifelineByte.Ready:
                        _lives.Watch(worker, board.LifeWord(worker.Slot));
                        events.Enqueue(new ManagerEvent.Ready(worker.Slot));
                        break;
                    case LifelineByte.RequestLimit:
                        events.Enqueue(new ManagerEvent.AsksToLeave(worker.Slot, WorkerExitCause.RequestLimit));
                        break;
                    case LifelineByte.Parked:
                        _lives.Watch(worker, board.LifeWord(worker.Slot));
                        events.Enqueue(new ManagerEvent.Parked(worker.Slot));
                        break;
                    case LifelineByte.Shutdown:
                        events.Enqueue(new ManagerEvent.ShutdownRequested());
                        break;
                    case LifelineByte.OwnCall:
                        events.Enqueue(new ManagerEvent.LeavesByItself(worker.Slot, OwnCall: true, board.HasServed(worker.Slot)));
                        break;
                    case LifelineByte.Crash:
                    case LifelineByte.CannotBind:
                        events.Enqueue(new ManagerEvent.Crashing(worker.Slot, board.HasServed(worker.Slot), said == LifelineByte.CannotBind));
                        break;
                    case LifelineByte.Free:
                        events.Enqueue(new ManagerEvent.Free(worker.Slot));
                        break;
                    case LifelineByte.LastServed:
                        events.Enqueue(new ManagerEvent.LastServed(worker.Slot));
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
        List<HandedConnection> unread = TakeConnectionsBack(worker);
        bool isUnread = unread.Count > 0 || _notTakenBack.Any(n => n.Worker == worker);
        events.Enqueue(new ManagerEvent.Ended(worker.Slot, end.ExitCode, end.Signal, worker.Exit.HowItEnded) { Unread = isUnread, Served = board.HasServed(worker.Slot), OutOfMemory = _outOfMemory.Explains(end.Signal == Signals.KILL, Monotonic.Now) });
        unread.ForEach(c => events.Enqueue(new ManagerEvent.Arrived(c, Returned: true)));
    }
}
