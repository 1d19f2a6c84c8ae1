using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>
/// A pool without processes: the state, a clock that stands until it is moved, and the manager's loop in small. Each verb gives
/// the brain one event, plays what the hands report at once (started, or refused), and ticks as long as a deadline is due.
/// </summary>
internal sealed class Pool
{
    /// <summary>So many looks at one and the same moment are no decision but a loop.</summary>
    private const int MostLooks = 1000;

    /// <summary>Far more than the reports of a batch of starts, together with all that came in at once.</summary>
    private const int MostReports = 10_000;

    /// <summary>A deadline this near is not slept for: the loop is there again at once, after it has listened.</summary>
    private static readonly TimeSpan NextTurn = TimeSpan.FromTicks(1);

    private readonly Queue<ManagerEvent> _events = new();

    internal Pool(int count, Func<PoolPolicy, PoolPolicy>? with = null)
    {
        PoolPolicy policy = PoolPolicy.From(new ProcessManagerOptions { ProcessCount = count, RecycleInterval = TimeSpan.Zero }) with { StandbyDelay = TimeSpan.Zero, HandPause = TimeSpan.Zero };
        State = PoolState.Initial(with?.Invoke(policy) ?? policy);
    }

    internal PoolState State { get; private set; }

    internal TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>What the last verb made the brain order.</summary>
    internal List<PoolAction> Last { get; } = [];

    internal List<PoolAction> All { get; } = [];

    /// <summary>What becomes of a start: null, it succeeds; true, it is refused for good; false, for now.</summary>
    internal Func<bool?> Refuses { get; set; } = static () => null;

    /// <summary>What a look finds of a worker that is to be looked at; all are idle unless told otherwise.</summary>
    internal Func<WorkerState, WorkerSample> Sees { get; set; } = static worker => new WorkerSample(worker.Slot);

    /// <summary>How many connections a look finds in the queue.</summary>
    internal Func<int> Queue { get; set; } = static () => 0;

    /// <summary>What the look under way is for.</summary>
    internal LookAt LooksFor { get; private set; }

    /// <summary>What a closer look at one process finds.</summary>
    internal Func<int, (char State, TimeSpan Cpu)> Examines { get; set; } = static _ => ('S', TimeSpan.Zero);

    /// <summary>Whether the request that a kill is armed on is still under way; null: that cannot be read.</summary>
    internal Func<int, RequestKey, bool?> UnderWay { get; set; } = static (_, _) => true;

    /// <summary>Whether a connection cannot be handed over: null, it can; true, for now; false, to this worker never.</summary>
    internal Func<bool?> Loses { get; set; } = static () => null;

    /// <summary>Whether the runtime of a worker that is to be killed writes a dump.</summary>
    internal Func<int, bool> Dumps { get; set; } = static _ => false;

    /// <summary>Sees every single decision.</summary>
    internal Action<PoolState, ManagerEvent, IReadOnlyList<PoolAction>>? Decided { get; set; }

    internal IEnumerable<int> Serving => Slots(WorkerPhase.Serving);

    internal IEnumerable<int> Parked => Slots(WorkerPhase.Parked);

    internal IEnumerable<int> Starting => Slots(WorkerPhase.Starting);

    internal IEnumerable<int> Leaving => Slots(WorkerPhase.Leaving);

    internal IEnumerable<int> Started => Last.OfType<PoolAction.Launch>().Select(static a => a.Slot);

    internal IEnumerable<int> Told => Last.OfType<PoolAction.TellToLeave>().Select(static a => a.Slot);

    internal IEnumerable<int> Killed => Last.OfType<PoolAction.Kill>().Select(static a => a.Slot);

    internal IEnumerable<ReloadOutcome> Reloaded => Last.OfType<PoolAction.SayReloadFinished>().Select(static a => a.Outcome);

    /// <summary>A pool in which all serve and the manager sleeps.</summary>
    internal static Pool Running(int count, Func<PoolPolicy, PoolPolicy>? with = null)
    {
        var pool = new Pool(count, with);
        pool.Begin();
        pool.AllReady();
        while (pool.Serving.Count() < pool.State.Target || pool.State.Workers.Any(static w => w.IsComing))
        {
            pool.ToNextWake();
            pool.AllReady();
        }

        pool.Last.Clear();
        pool.All.Clear();
        return pool;
    }

    internal void Begin() => Feed(new ManagerEvent.Tick());

    internal void Ready(int slot) => Feed(new ManagerEvent.Ready(slot));

    /// <summary>Those that are to stand by, stand by.</summary>
    internal void AllReady() => Feed([.. State.Workers.Where(static w => w.Phase == WorkerPhase.Starting).Select(Up)]);

    internal void ConnectionWaits() => Feed(new ManagerEvent.ConnectionWaits());

    internal void Exits(int slot, int code = 0) => Feed(new ManagerEvent.Ended(slot, code, null, $"exit code {code}"));

    internal void IsDying(int slot) => Feed(new ManagerEvent.Dying(slot));

    internal void EndsBy(int slot, int signal) => Feed(new ManagerEvent.Ended(slot, null, signal, $"signal {signal}"));

    internal void Crashes(int slot) => EndsBy(slot, 11);

    /// <summary>The end of a worker that has served: a request took it along.</summary>
    internal void ServedAndCrashes(int slot) => Feed(new ManagerEvent.Ended(slot, null, 6, "signal 6") { Served = true });

    internal void BeginsToCrash(int slot, bool served = true) => Feed(new ManagerEvent.Crashing(slot, served));

    /// <summary>All that were told to leave, or killed, are gone.</summary>
    internal void Obey() => Feed([.. State.Workers.Where(static w => !w.IsLive).Select(static w => new ManagerEvent.Ended(w.Slot, 0, null, "exit code 0"))]);

    /// <summary>Everybody does what is expected of him, and time passes, until the manager sleeps without end.</summary>
    internal void Calm()
    {
        for (int steps = 0; !IsCalm; steps++)
        {
            Invariants.Holds(steps < 10_000, "a pool of workers that do as they are told comes to rest");
            if (State.Workers.All(static w => w.IsUp))
            {
                ToNextWake();
            }
            else
            {
                AllReady();
                Obey();
            }
        }
    }

    internal void AsksToLeave(int slot) => Feed(new ManagerEvent.AsksToLeave(slot, WorkerExitCause.RequestLimit));

    internal void Pause(bool paused = true) => Feed(new ManagerEvent.PauseRequested(paused));

    internal void Recycle(int slot) => Feed(new ManagerEvent.RecycleRequested(slot));

    internal void LeavesByItself(int slot) => Feed(new ManagerEvent.LeavesByItself(slot));

    internal void Reload() => Feed(new ManagerEvent.ReloadRequested());

    internal void Stop() => Feed(new ManagerEvent.StopRequested());

    internal void Scale(int delta) => Feed(new ManagerEvent.ScaleRequested(delta));

    internal void Size(int count) => Feed(new ManagerEvent.SizeRequested(count));

    /// <summary>The manager was away: the time is over, and it hears of that first.</summary>
    internal void Sleeps(TimeSpan gap)
    {
        Now += gap;
        Feed(new ManagerEvent.Slept(gap));
    }

    internal void Wait(double seconds) => Wait(TimeSpan.FromSeconds(seconds));

    /// <summary>Time passes; the manager wakes for each deadline on the way.</summary>
    internal void Wait(TimeSpan time)
    {
        Last.Clear();
        TimeSpan end = Now + time;
        while (State.NextWake is { } wake && wake <= end)
        {
            Now = wake > Now ? wake : Now;
            Take(new ManagerEvent.Tick());
        }

        Now = end;
    }

    /// <summary>Nothing when the manager sleeps without end.</summary>
    internal void ToNextWake() => Wait(State.NextWake is { } wake && wake > Now ? wake - Now : TimeSpan.Zero);

    internal WorkerState Worker(int slot) => State.Workers.Single(w => w.Slot == slot);

    internal bool Has(int slot) => State.Workers.Any(w => w.Slot == slot);

    internal IEnumerable<T> Said<T>() where T : PoolAction => Last.OfType<T>();

    /// <summary>Events that came in together: the hands report on the orders of the first only after the last.</summary>
    internal void Feed(params ManagerEvent[] happened)
    {
        Last.Clear();
        Take(happened);
    }

    private bool IsCalm => State.NextWake is null && State.Workers.All(static w => w.IsUp);

    private static ManagerEvent Up(WorkerState worker) => worker.Reserve ? new ManagerEvent.Parked(worker.Slot) : new ManagerEvent.Ready(worker.Slot);

    private IEnumerable<int> Slots(WorkerPhase phase) => State.Workers.Where(w => w.Phase == phase).Select(static w => w.Slot);

    private void Take(params ManagerEvent[] happened)
    {
        Array.ForEach(happened, _events.Enqueue);
        Drain();
        for (int looks = 0; State.NextWake <= Now + NextTurn; looks++)
        {
            Now = State.NextWake > Now ? State.NextWake.Value : Now;
            Invariants.Holds(looks < MostLooks, "a manager that looks again at the same moment comes to an end");
            _events.Enqueue(new ManagerEvent.Tick());
            Drain();
        }
    }

    private void Drain()
    {
        for (int reports = 0; _events.TryDequeue(out ManagerEvent? next); reports++)
        {
            Invariants.Holds(reports < MostReports, "orders and the reports on them come to an end");
            PoolState before = State;
            (State, IReadOnlyList<PoolAction> actions) = Supervisor.Decide(before, next, Now);
            Last.AddRange(actions);
            All.AddRange(actions);
            Decided?.Invoke(before, next, actions);
            foreach (PoolAction action in actions)
            {
                if (Report(action) is { } report)
                {
                    _events.Enqueue(report);
                }
            }
        }
    }

    /// <summary>What the hands find out at once when they do what they were told.</summary>
    private ManagerEvent? Report(PoolAction action) => action switch
    {
        PoolAction.Launch launch => Refuses() is { } permanent
            ? new ManagerEvent.LaunchFailed(launch.Slot, permanent, "refused")
            : new ManagerEvent.Launched(launch.Slot),
        PoolAction.Hand hand when Loses() is { } passing => new ManagerEvent.NotHanded(hand.Slot, hand.Connection, passing),
        PoolAction.Look look => Looked(look.At),
        PoolAction.Examine examine => Examined(examine.Slot),
        PoolAction.Kill { SparesDump: true } kill when Dumps(kill.Slot) => new ManagerEvent.DumpUnderWay(kill.Slot),
        PoolAction.Kill { Armed: { } request } kill => UnderWay(kill.Slot, request) switch
        {
            null when !kill.WhenUnknown => new ManagerEvent.KillSpared(kill.Slot, Unknown: true),
            false => new ManagerEvent.KillSpared(kill.Slot),
            _ => null,
        },
        _ => null,
    };

    private ManagerEvent.Examined Examined(int slot)
    {
        (char state, TimeSpan cpu) = Examines(slot);
        return new ManagerEvent.Examined(slot, state, cpu);
    }

    private ManagerEvent.Looked Looked(LookAt at)
    {
        LooksFor = at;
        return new ManagerEvent.Looked(at, [.. State.Workers.Where(static w => w.Phase != WorkerPhase.Launching).Select(Sees)]) { Queue = at.HasFlag(LookAt.Demand) ? Queue() : 0 };
    }
}
