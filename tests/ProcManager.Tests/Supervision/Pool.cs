using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

/// <summary>The brain with a clock that the test turns, and hands that only write down what they are told.</summary>
internal sealed class Pool
{
    private readonly List<PoolAction> _actions = [];

    internal Pool(PoolPolicy policy)
    {
        State = PoolState.Initial(policy);
    }

    internal PoolState State { get; private set; }

    internal TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    /// <summary>Null: starts succeed.</summary>
    internal Func<(bool Permanent, string Reason)?> StartFails { get; set; } = static () => null;

    internal IReadOnlyList<PoolAction> Actions => _actions;

    internal int? ExitCode => _actions.OfType<PoolAction.Finish>().SingleOrDefault()?.ExitCode;

    internal int Serving => State.Workers.Count(static w => w.IsServing);

    internal IEnumerable<int> Slots => State.Workers.Select(static w => w.Slot);

    /// <summary>A pool whose first workers are ready.</summary>
    internal static Pool Ready(PoolPolicy policy)
    {
        var pool = new Pool(policy);
        pool.Begin();
        pool.AllReady();
        pool.Forget();
        return pool;
    }

    internal static PoolPolicy Policy(int count = 2) => new()
    {
        ProcessCount = count,
        StartTimeout = TimeSpan.FromSeconds(60),
        DieTimeout = TimeSpan.FromSeconds(30),
        CanaryTime = TimeSpan.FromSeconds(1),
    };

    internal void Begin() => Happens(new ManagerEvent.Tick());

    internal IReadOnlyList<PoolAction> Happens(ManagerEvent happened)
    {
        int before = _actions.Count;
        var events = new Queue<ManagerEvent>([happened]);
        while (events.TryDequeue(out ManagerEvent? next))
        {
            (State, IReadOnlyList<PoolAction> actions) = Supervisor.Decide(State, next, Now);
            _actions.AddRange(actions);
            foreach (PoolAction.Launch launch in actions.OfType<PoolAction.Launch>())
            {
                events.Enqueue(StartFails() is { } why
                    ? new ManagerEvent.LaunchFailed(launch.Slot, why.Permanent, why.Reason)
                    : new ManagerEvent.Launched(launch.Slot));
            }
        }

        return _actions[before..];
    }

    internal void Ready(int slot) => Happens(new ManagerEvent.Ready(slot));

    internal void AllReady()
    {
        while (State.Workers.FirstOrDefault(static w => w.Phase == WorkerPhase.Starting) is { } worker)
        {
            Ready(worker.Slot);
        }
    }

    internal void Ends(int slot, int? code = 0, int? signal = null) => Happens(new ManagerEvent.Ended(slot, signal is null ? code : null, signal, "an end"));

    internal void Hup() => Happens(new ManagerEvent.ReloadRequested());

    internal void Term() => Happens(new ManagerEvent.StopRequested());

    /// <summary>Turns the clock, with a tick at each deadline on the way.</summary>
    internal void Pass(TimeSpan time)
    {
        TimeSpan end = Now + time;
        for (int ticks = 0; State.NextWake is { } wake && wake <= end; ticks++)
        {
            if (ticks > 10_000)
            {
                throw new InvalidOperationException("The pool wakes again and again without getting on.");
            }

            Now = wake > Now ? wake : Now;
            Happens(new ManagerEvent.Tick());
        }

        Now = end;
    }

    internal void Pass(double seconds) => Pass(TimeSpan.FromSeconds(seconds));

    internal void Forget() => _actions.Clear();

    internal IEnumerable<int> Told(WorkerExitCause? cause = null) => _actions.OfType<PoolAction.TellToLeave>().Where(t => cause is null || t.Cause == cause).Select(static t => t.Slot);

    internal IEnumerable<int> Killed() => _actions.OfType<PoolAction.Kill>().Select(static k => k.Slot);

    internal int Launches => _actions.OfType<PoolAction.Launch>().Count();

    internal T Said<T>()
        where T : PoolAction => _actions.OfType<T>().Should().ContainSingle().Subject;
}
