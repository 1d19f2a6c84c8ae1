using Microsoft.Extensions.Logging;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>This process as a worker (or as one plain process, without a manager): its slot, its lifeline, its way out.</summary>
internal sealed partial class WorkerProcess
{
    private readonly WorkerBoard _board;
    private readonly Lifeline? _lifeline;
    private readonly int[] _signals = new int[65];
    private readonly Parking? _parking;
    private readonly ILogger _log;
    private SoftTimeouts? _softTimeouts;
    private int _ready;
    private int _arrived;

    private WorkerProcess(WorkerBoard board, Lifeline? lifeline, Parking? parking, int maxRequests, ILogger log, Action<int> exit, bool isPerRequest = false)
    {
        _board = board;
        _lifeline = lifeline;
        _parking = parking;
        _log = log;
        Dispatcher = new Dispatcher(board, lifeline is null || isPerRequest ? 0 : maxRequests);
        Departure = new Departure(Dispatcher, log, exit);
        Dispatcher.Handed = isPerRequest ? Hand(maxRequests) : null;
    }

    internal Dispatcher Dispatcher { get; }

    internal Departure Departure { get; }

    /// <summary>Null in a plain process.</summary>
    internal Leadership? Leadership { get; private set; }

    /// <summary>In place of a gate, on systems other than Linux.</summary>
    internal PlainAccept PlainAccept => field ??= new PlainAccept(Departure);

    internal SharedMemory? Scoreboard => _board.Memory;

    /// <summary>In a process that the manager started.</summary>
    internal static WorkerProcess Managed(LaunchRecord record, int maxRequests, bool noSignals, bool standbys, ILogger log, Action<int> exit, Action<WorkerProcess> abandon)
    {
        WorkerBoard board = WorkerBoard.Open(record.Scoreboard, record.Slot);
        board.Begin();
        CrashNotice.Begins = () => board.SetState(WorkerSlotState.Exiting);
        var lifeline = new Lifeline(record.Lifeline);
        var worker = new WorkerProcess(board, lifeline, record is { Standby: true, IsPerRequest: false } ? new Parking(board, record.Manager) : null, maxRequests, log, exit, record.IsPerRequest)
        {
            _warmsUp = record.Standby,
        };
        worker.Leadership = new Leadership(record.Scoreboard, worker.Departure, log);
        worker.Dispatcher.LimitReached = () =>
        {
            worker.Departure.LimitReached();
            lifeline.Say(LifelineByte.RequestLimit);
        };
        FailedLoads.Watch(worker.LeaveForHost, log);
        lifeline.Listen(standbys ? () => HoldPlace(board, record.Manager) : null, word => worker.Hear(word, noSignals), () => worker.LeaveAbandoned(abandon));
        return worker;
    }

    /// <summary>One plain process: nobody tells it to leave but the host itself.</summary>
    internal static WorkerProcess Plain(ILogger log, Action<int> exit) => new(WorkerBoard.Private(), null, null, 0, log, exit);

    /// <summary>Called on a thread of its own, one after the other, for requests that have reached their soft timeout: a scope, or the number of PreDispatch.</summary>
    internal Action<RequestScope?, ulong>? SoftTimeout
    {
        set => _softTimeouts = value is null ? null : new SoftTimeouts(_board, Dispatcher, value, _log);
    }

    internal bool IsReady => _ready != 0;

    /// <summary>Only the first call counts. One that stands by waits here for its turn, or for the word to leave.</summary>
    internal void Ready()
    {
        if (_ready == 0)
        {
            ReadyForGate(awaits: true);
            Settle();
        }
    }

    /// <summary>As <see cref="Ready"/>, before each wait at a gate: one that has taken over answers its first request before it settles.</summary>
    /// <param name="awaits">The host may go on in the thread pool; false when it waits for its connections on its own threads.</param>
    internal void ReadyForGate(bool awaits)
    {
        if (_ready == 0)
        {
            Arrive(awaits);
            _parking?.Wait();
            _ready = 1;
            LeadIfItServesOn();
        }
        else
        {
            Settle();
        }
    }

    private void Settle() => _parking?.Settle();

    /// <summary>As <see cref="Ready"/>, without blocking the thread.</summary>
    internal async ValueTask ReadyAsync()
    {
        if (_ready == 0)
        {
            Arrive(awaits: true);
            await (_parking?.WhenOver() ?? Task.CompletedTask).ConfigureAwait(false);
            _ready = 1;
            LeadIfItServesOn();
        }
    }

    /// <summary>Called when a connection may wait that nobody here was woken for.</summary>
    internal Action? LookAgain { get; set; }

    /// <summary>Called when the manager has changed what an operator sets, see <see cref="WorkerBoard.IsPaused"/>.</summary>
    internal Action? SettingsChanged { get; set; }

    /// <summary>Called in a worker that is to stand by, before it says so. True: the host may go on in the thread pool.</summary>
    internal Action<bool>? BeforeParking { get; set; }

    internal void AskForShutdown() => _lifeline?.Say(LifelineByte.Shutdown);

    /// <summary>From a signal handler: it may be the manager's TERM, or a stranger's.</summary>
    internal void OnSignal(int signal)
    {
        Interlocked.Increment(ref _signals[signal]);
        DepartureReason reason = signal switch
        {
            Signals.TERM => DepartureReason.Term,
            Signals.HUP => DepartureReason.Hup,
            Signals.INT => DepartureReason.Int,
            Signals.QUIT => DepartureReason.Quit,
            _ => DepartureReason.None, // TTIN and TTOU are the manager's
        };
        if (reason != DepartureReason.None)
        {
            // The manager knows of its own TERM; it only sees that this worker accepts nothing more.
            RaiseFlag(reason);
            _lifeline?.Say(LifelineByte.Leaving);
            Leave(reason);
        }
    }

    internal void LeaveForHost()
    {
        _lifeline?.Say(LifelineByte.OwnCall);
        _lifeline?.Say(LifelineByte.Leaving);
        Leave(DepartureReason.Host);
    }

    internal int Received(int signal) => Volatile.Read(ref _signals[signal]);

    private void Arrive(bool awaits)
    {
        if (Interlocked.Exchange(ref _arrived, 1) == 0)
        {
            if (_warmsUp)
            {
                Hear(0, false); // compiled now, not when it counts
                Leadership?.WarmUp();
                BeforeParking?.Invoke(awaits);
            }

            UncaughtMistakes.WorkerServes = true;
            bool standsBy = _parking is { IsOver: false } || Dispatcher.Handed is not null;
            if (!Departure.HasBegun)
            {
                _board.SetState(standsBy ? WorkerSlotState.Standby : WorkerSlotState.Ready); // a worker that leaves shows that
            }

            _lifeline?.Say(standsBy ? LifelineByte.Parked : LifelineByte.Ready);
        }
    }

    // In the lifeline's thread, which lives as long as the process and is the one that is woken to take over.
    private static void HoldPlace(WorkerBoard board, int manager)
    {
        board.HoldLife();
        ShortSlice.Take(manager);
    }

    private void Hear(byte word, bool noSignals)
    {
        switch (word)
        {
            case LifelineByte.Drain:
                // With this word the manager sends TERM; which of the two is heard first is chance, and is told alike.
                Leave(noSignals ? DepartureReason.ManagerAsked : DepartureReason.Term);
                break;
            case LifelineByte.TakeOver:
                _parking?.TakeOver();
                break;
            case LifelineByte.Collect:
                if (!WorkerThread.TryStart("collection", GiveMemoryBack, _log))
                {
                    GiveMemoryBack(); // words that come meanwhile wait for the collection
                }

                break;
            case LifelineByte.LookAgain:
                LookAgain?.Invoke();
                break;
            case LifelineByte.Settings:
                SettingsChanged?.Invoke();
                break;
            case LifelineByte.SoftTimeout:
                _softTimeouts?.Ring();
                break;
            default:
                break; // a newer manager may say more than this worker knows
        }
    }

    // Only an aggressive collection gives pages back; the plain one keeps most of them for later.
    private static void GiveMemoryBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }

    // First what must not wait for the host, whose callbacks may take long.
    private void LeaveAbandoned(Action<WorkerProcess> abandon)
    {
        Departure.RaiseFlag(DepartureReason.ManagerGone);
        abandon(this);
        Leave(DepartureReason.ManagerGone);
    }

    // Callbacks of the host come last: a standby worker has gone on by then.
    private void Leave(DepartureReason reason)
    {
        RaiseFlag(reason);
        _parking?.Leave();
        Departure.Begin(reason);
    }

    // The flag before the state: a manager that stops shuts the listeners when every busy worker shows that it leaves, and a gate that finds its listener shut looks at the flag.
    private void RaiseFlag(DepartureReason reason)
    {
        Departure.RaiseFlag(reason);
        _board.SetState(WorkerSlotState.Exiting);
    }
}
