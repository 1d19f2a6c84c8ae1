using System.Text;
using ProcManager.Supervision;

namespace ProcManager.Tests.Supervision;

/// <summary>One pool in a random world: processes that obey, crash, hang or are slow, and an operator with all the signals.</summary>
internal sealed class World
{
    private readonly Random _random;
    private readonly StringBuilder _history = new();
    private readonly Dictionary<int, TimeSpan?> _processes = []; // slot -> when it was told to leave
    private readonly HashSet<int> _killed = [];
    private readonly int _trouble;
    private PoolState _state;
    private TimeSpan _now = TimeSpan.FromDays(1);
    private int _finished;
    private int _stops;
    private bool _everReady;

    internal World(int seed)
    {
        _random = new Random(seed);
        _trouble = _random.Next(3);
        _state = PoolState.Initial(new PoolPolicy
        {
            ProcessCount = _random.Next(1, 6),
            StartDelay = TimeSpan.FromMilliseconds(_random.Next(3) == 0 ? 500 : 0),
            StartTimeout = _random.Next(4) == 0 ? null : TimeSpan.FromSeconds(5),
            DieTimeout = _random.Next(4) == 0 ? null : TimeSpan.FromSeconds(10),
            CanaryTime = TimeSpan.FromMilliseconds(_random.Next(3) * 700),
            MaxSurge = _random.Next(1, 4),
            CrashLimit = _random.Next(1, 12),
            ReloadStrategy = (ReloadStrategy)_random.Next(2),
        });
    }

    internal string History => _history.ToString();

    internal int Run()
    {
        Happens(new ManagerEvent.Tick());
        int steps = _random.Next(20, 80);
        for (int i = 0; i < steps && _finished == 0; i++)
        {
            Step();
        }

        return steps + End();
    }

    private void Step()
    {
        int slot = _processes.Count > 0 ? _processes.Keys.ElementAt(_random.Next(_processes.Count)) : -1;
        switch (_random.Next(16 + (_trouble * 4)))
        {
            case 0 or 1 or 2 or 3 when slot >= 0 && !_killed.Contains(slot):
                _everReady |= _state.Phase == PoolPhase.Running;
                Happens(new ManagerEvent.Ready(slot));
                break;
            case 4 or 5 when slot >= 0 && (_processes[slot] is not null || _killed.Contains(slot)):
                Ends(slot, 0, null);
                break;
            case 6:
                Happens(new ManagerEvent.ReloadRequested());
                break;
            case 7:
                Happens(new ManagerEvent.ScaleRequested(_random.Next(2) == 0 ? 1 : -1));
                break;
            case 8 when _random.Next(6) == 0:
                _stops++;
                Happens(new ManagerEvent.StopRequested());
                break;
            case 9 when slot >= 0:
                Happens(new ManagerEvent.AsksToLeave(slot, WorkerExitCause.RequestLimit));
                break;
            case 10 when slot >= 0:
                Happens(new ManagerEvent.LeavesByItself(slot));
                _processes[slot] ??= _now;
                break;
            case 11 when _random.Next(4) == 0:
                TimeSpan gap = TimeSpan.FromSeconds(_random.Next(1, 1000));
                _now += gap;
                Happens(new ManagerEvent.Slept(gap));
                break;
            case > 15 when slot >= 0:
                Ends(slot, _random.Next(3) == 0 ? 0 : 3, _random.Next(4) == 0 ? 9 : _random.Next(4) == 0 ? 15 : null);
                break;
            default:
                Pass(TimeSpan.FromMilliseconds(_random.Next(4000)));
                break;
        }
    }

    // From here on the world is fair: everybody obeys, and the pool has to end.
    private int End()
    {
        int steps = 0;
        if (_finished == 0 && _stops == 0)
        {
            _stops++;
            Happens(new ManagerEvent.StopRequested());
        }

        while (_finished == 0)
        {
            Must(++steps < 1000, "the pool ends after TERM when its workers do");
            if (_processes.Count > 0)
            {
                Ends(_processes.Keys.First(), 0, null);
            }
            else
            {
                Pass(TimeSpan.FromSeconds(1));
            }
        }

        Must(_state.Workers.Length == 0 && _processes.Count == 0, "nobody is left");
        Must(_state.NextWake is null, "an ended pool never wakes");
        return steps;
    }

    private void Pass(TimeSpan time)
    {
        TimeSpan end = _now + time;
        int wakes = 0;
        while (_finished == 0 && _state.NextWake is { } wake && wake <= end)
        {
            Must(++wakes < 500, "the pool does not wake again and again without getting on");
            _now = wake > _now ? wake : _now;
            Happens(new ManagerEvent.Tick());
        }

        _now = end;
    }

    private void Ends(int slot, int? code, int? signal)
    {
        _processes.Remove(slot);
        _killed.Remove(slot);
        Happens(new ManagerEvent.Ended(slot, signal is null ? code : null, signal, "an end"));
    }

    private void Happens(ManagerEvent happened)
    {
        var events = new Queue<ManagerEvent>([happened]);
        while (events.TryDequeue(out ManagerEvent? next))
        {
            _history.Append($"{_now.TotalSeconds:0.000} {next}\n");
            PoolState before = _state;
            int servingBefore = before.Workers.Count(static w => w.IsServing);
            (_state, IReadOnlyList<PoolAction> actions) = Supervisor.Decide(before, next, _now);
            foreach (PoolAction action in actions)
            {
                _history.Append($"    {action}\n");
                Play(action, before, events);
            }

            Invariants.Check(_state, actions, Must);
            bool wentAway = next is ManagerEvent.Ended or ManagerEvent.LeavesByItself or ManagerEvent.StopRequested or ManagerEvent.ScaleRequested;
            if (_state.Policy.ReloadStrategy == ReloadStrategy.Rolling && _state.Phase == PoolPhase.Running && !wentAway)
            {
                int serving = _state.Workers.Count(static w => w.IsServing);
                Must(serving >= Math.Min(servingBefore, _state.Target), "a reload alone never leaves fewer serving than wanted");
            }
        }
    }

    private void Play(PoolAction action, PoolState before, Queue<ManagerEvent> events)
    {
        switch (action)
        {
            case PoolAction.Launch launch:
                Must(before.Phase == PoolPhase.Running, "nobody is started once stopping");
                Must(!_processes.ContainsKey(launch.Slot), "a slot is free when somebody is started in it");
                int luck = _random.Next(30 - (_trouble * 10));
                if (luck < 2)
                {
                    events.Enqueue(new ManagerEvent.LaunchFailed(launch.Slot, luck == 0, "no start"));
                }
                else
                {
                    _processes.Add(launch.Slot, null);
                    events.Enqueue(new ManagerEvent.Launched(launch.Slot));
                }

                break;
            case PoolAction.TellToLeave tell when _processes.TryGetValue(tell.Slot, out TimeSpan? told):
                Must(told is null, "a worker is told to leave once");
                _processes[tell.Slot] = _now;
                break;
            case PoolAction.Kill kill:
                Must(_processes.ContainsKey(kill.Slot), "KILL goes to a process that is there");
                bool due = before.Workers.Single(w => w.Slot == kill.Slot).Deadline is { } deadline && deadline <= _now;
                Must(due || _stops > 1, "KILL comes after a deadline or a second stop");
                _killed.Add(kill.Slot);
                break;
            case PoolAction.Finish finish:
                Must(++_finished == 1, "the pool finishes once");
                Must(_processes.Count == 0, "the pool finishes when nobody is left");
                Must(finish.ExitCode is 0 or 1, "the exit code is 0 or 1");
                Must(_stops > 0 || (finish.ExitCode == 1 && !_everReady), "only a stop ends a pool that ever served");
                break;
            default:
                break;
        }
    }

    private static void Must(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Broken: {what}.");
        }
    }
}
