using Microsoft.Extensions.Logging;
using ProcManager.Handover;
using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>This process as a worker (or as one plain process, without a manager): its slot, its lifeline, its way out.</summary>
internal sealed class WorkerProcess
{
    private readonly WorkerBoard _board;
    private readonly Lifeline? _lifeline;
    private readonly int[] _signals = new int[65];
    private int _ready;

    private WorkerProcess(WorkerBoard board, Lifeline? lifeline, int maxRequests, ILogger log, Action<int> exit)
    {
        _board = board;
        _lifeline = lifeline;
        Dispatcher = new Dispatcher(board, lifeline is null ? 0 : maxRequests);
        Departure = new Departure(Dispatcher, log, exit);
    }

    internal Dispatcher Dispatcher { get; }

    internal Departure Departure { get; }

    internal SharedMemory? Scoreboard => _board.Memory;

    /// <summary>In a process that the manager started.</summary>
    internal static WorkerProcess Managed(LaunchRecord record, int maxRequests, bool noSignals, ILogger log, Action<int> exit)
    {
        WorkerBoard board = WorkerBoard.Open(record.Scoreboard, record.Slot);
        board.Begin();
        var lifeline = new Lifeline(record.Lifeline);
        var worker = new WorkerProcess(board, lifeline, maxRequests, log, exit);
        worker.Dispatcher.LimitReached = () =>
        {
            worker.Departure.LimitReached();
            lifeline.Say(LifelineByte.RequestLimit);
        };
        lifeline.Listen(
            // With this word the manager sends TERM; which of the two is heard first is chance, and is told alike.
            () => worker.Leave(noSignals ? DepartureReason.ManagerAsked : DepartureReason.Term),
            () => worker.Leave(DepartureReason.ManagerGone));
        return worker;
    }

    /// <summary>One plain process: nobody tells it to leave but the host itself.</summary>
    internal static WorkerProcess Plain(ILogger log, Action<int> exit) => new(WorkerBoard.Private(), null, 0, log, exit);

    /// <summary>Only the first call counts.</summary>
    internal void Ready()
    {
        if (_ready == 0 && Interlocked.Exchange(ref _ready, 1) == 0)
        {
            _board.SetState(WorkerSlotState.Ready);
            _lifeline?.Say(LifelineByte.Ready);
        }
    }

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
            // When it is the manager's own TERM, the manager knows and pays no heed.
            _lifeline?.Say(LifelineByte.Leaving);
            Leave(reason);
        }
    }

    internal void LeaveForHost()
    {
        _lifeline?.Say(LifelineByte.Leaving);
        Leave(DepartureReason.Host);
    }

    internal int Received(int signal) => Volatile.Read(ref _signals[signal]);

    private void Leave(DepartureReason reason)
    {
        _board.SetState(WorkerSlotState.Exiting);
        Departure.Begin(reason);
    }
}
