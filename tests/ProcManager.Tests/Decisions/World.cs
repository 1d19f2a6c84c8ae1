using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>
/// Processes as an unkind world has them: they become ready or not, crash, ask to leave, get signals from strangers, ignore what
/// they are told. It knows what the manager may not do to them.
/// </summary>
internal sealed partial class World
{
    private readonly Dictionary<int, Life> _lives = [];
    private readonly Random _random;
    private readonly Pool _pool;
    private readonly HashSet<int> _waiting = [];
    private int _connections;
    private int _stops;
    private int _stuck = -1;
    private bool _rests;

    internal World(Pool pool, Random random)
    {
        _pool = pool;
        _random = random;
        pool.Decided = (before, happened, actions) =>
        {
            Invariants.Check(before, happened, pool.State, actions);
            Note(happened);
            foreach (PoolAction action in actions)
            {
                Play(action);
            }
        };
        pool.Sees = worker => Sees(worker.Slot);
        pool.Queue = () => _rests ? 0 : Math.Max(0, _random.Next(12) - 6);
        pool.Loses = () => _rests || _random.Next(20) > 0 ? null : _random.Next(2) == 0;
        pool.Dumps = slot => _lives.TryGetValue(slot, out Life? life) && life.IsSpared;
        pool.Examines = _ => ("SRDT"[_random.Next(4)], TimeSpan.FromSeconds(_random.Next(100)));
        pool.UnderWay = (slot, request) => !_lives.TryGetValue(slot, out Life? life) ? false
            : request.IsNone ? life.Stopped
            : request.IsScope && _random.Next(3) == 0 ? life.CannotBeRead()
            : life.Request?.Key == request;
    }

    internal bool EverReady { get; private set; }

    /// <summary>A worker has ended that had served.</summary>
    internal bool EverServed { get; private set; }

    internal bool StopWasAsked => _stops > 0;

    /// <summary>One thing that happens, or two that are heard together.</summary>
    internal void Step()
    {
        Work();
        ManagerEvent[] happened = [.. OfAProcess(), .. OfAnOperator(), .. OfTheOutside()];
        if (happened.Length > 0)
        {
            _pool.Feed(happened);
        }
        else if (_random.Next(12) == 0)
        {
            _pool.Sleeps(TimeSpan.FromSeconds(_random.Next(1, 4000)));
        }
        else if (_random.Next(2) == 0)
        {
            _pool.ToNextWake();
        }
        else
        {
            _pool.Wait(_random.NextDouble() * _random.Next(1, 20));
        }
    }

    /// <summary>One that was told to leave, and is going to be killed, is held by the kernel: it is not reaped until <see cref="LetGo"/>.</summary>
    internal int? Stick()
    {
        WorkerState? stuck = _pool.State.Workers.FirstOrDefault(w => w.Phase == WorkerPhase.Killed || (w.Phase == WorkerPhase.Leaving && _pool.State.Policy.DieTimeout is not null));
        _stuck = stuck?.Slot ?? -1;
        return stuck?.Slot;
    }

    internal void LetGo() => _stuck = -1;

    /// <summary>Everybody does what is expected of him; time passes only when there is nothing else.</summary>
    internal void FairStep()
    {
        Rest();
        ManagerEvent[] happened = [.. _pool.State.Workers
            .Where(w => w.Slot != _stuck && _lives.ContainsKey(w.Slot) && (!w.IsLive || w.Phase == WorkerPhase.Starting || _lives[w.Slot].Dying is not null))
            .Select(w => w.IsLive && _lives[w.Slot].Dying is null ? Up(w) : new ManagerEvent.Ended(w.Slot, 0, null, "exit code 0")),
            .. _pool.State.Workers.Where(w => w.Slot != _stuck && w is { IsLive: true, IsServing: true, HasRequest: true }).Select(static w => new ManagerEvent.LastServed(w.Slot)),
            .. _pool.State.Adopted.Where(static a => a.Told).Select(static a => new ManagerEvent.AdoptedEnded(a.ProcessId))];
        if (happened.Length > 0)
        {
            _pool.Feed(happened);
        }
        else
        {
            _pool.ToNextWake();
        }
    }

    private IEnumerable<ManagerEvent> OfAProcess()
    {
        if (_lives.Count == 0 || _random.Next(4) == 0)
        {
            yield break;
        }

        (int slot, Life life) = _lives.ElementAt(_random.Next(_lives.Count));
        bool stubborn = (life.Told is not null || life.Killed) && _random.Next(3) == 0;
        if (stubborn)
        {
            yield break;
        }

        if (_pool.Has(slot) && _pool.Worker(slot).HasRequest && _random.Next(2) == 0)
        {
            yield return _random.Next(2) == 0 ? new ManagerEvent.Free(slot) : new ManagerEvent.LastServed(slot);
            yield break;
        }

        yield return _random.Next(life.Told is not null || life.Killed ? 3 : 13) switch
        {
            0 => new ManagerEvent.Ended(slot, _random.Next(2), null, "exit") { Served = HasServed(life) },
            1 => new ManagerEvent.Ended(slot, null, _random.Next(2) == 0 ? 11 : 9, "signal") { Served = HasServed(life) },
            7 => new ManagerEvent.Crashing(slot, HasServed(life), _random.Next(3) == 0),
            2 => new ManagerEvent.Ended(slot, null, _random.Next(2) == 0 ? 15 : 1, "stranger"),
            3 when life.Told is null => new ManagerEvent.LeavesByItself(slot, _random.Next(2) == 0, HasServed(life)),
            6 => Dies(slot, life),
            4 or 5 when life.Ready => new ManagerEvent.AsksToLeave(slot, WorkerExitCause.RequestLimit),
            _ => _pool.Has(slot) ? Up(_pool.Worker(slot)) : new ManagerEvent.Ready(slot),
        };
    }

    private bool HasServed(Life life) => life.Ready && (life.Request is not null || _random.Next(2) == 0);

    private ManagerEvent.Dying Dies(int slot, Life life)
    {
        life.Dying ??= _pool.Now;
        return new ManagerEvent.Dying(slot);
    }

    private IEnumerable<ManagerEvent> OfAnOperator()
    {
        switch (_random.Next(40))
        {
            case < 3:
                yield return new ManagerEvent.ReloadRequested();
                break;
            case < 5:
                yield return new ManagerEvent.ScaleRequested(_random.Next(2) == 0 ? 1 : -1);
                break;
            case 5:
                yield return new ManagerEvent.SizeRequested(_random.Next(0, 9));
                break;
            case 7 or 8 when _lives.Count > 0:
                yield return new ManagerEvent.PauseRequested(_random.Next(2) == 0);
                yield return new ManagerEvent.RecycleRequested(_lives.ElementAt(_random.Next(_lives.Count)).Key);
                break;
            case 9:
                yield return _random.Next(3) switch
                {
                    0 => new ManagerEvent.RestartTried(_random.Next(2) == 0 ? "it cannot start" : null),
                    _ => new ManagerEvent.RestartRequested(),
                };
                break;
            case 6 when _random.Next(8) == 0:
                yield return _random.Next(4) == 0 ? new ManagerEvent.ShutdownRequested() : new ManagerEvent.StopRequested();
                break;
            default:
                break;
        }
    }

    private void Note(ManagerEvent happened)
    {
        switch (happened)
        {
            case ManagerEvent.Adopted adopted:
                _ = _children.Add(adopted.ProcessId);
                break;
            case ManagerEvent.AdoptedEnded ended:
                _children.Remove(ended.ProcessId);
                break;
            case ManagerEvent.Ended ended:
                _lives.Remove(ended.Slot);
                EverServed |= ended.Served && _pool.State.Phase == PoolPhase.Running;
                break;
            case ManagerEvent.LaunchFailed failed:
                _lives.Remove(failed.Slot);
                break;
            case ManagerEvent.Ready ready when _pool.State.Phase == PoolPhase.Running && _lives.TryGetValue(ready.Slot, out Life? life):
                life.Ready = EverReady = true;
                break;
            case ManagerEvent.Parked parked when _pool.State.Phase == PoolPhase.Running && _lives.TryGetValue(parked.Slot, out Life? life):
                life.Ready = EverReady = true;
                break;
            case ManagerEvent.LeavesByItself leaves when _lives.TryGetValue(leaves.Slot, out Life? life):
                life.Tell(_pool.Now);
                break;
            case ManagerEvent.Free free when _lives.TryGetValue(free.Slot, out Life? life):
                life.Request = null;
                break;
            case ManagerEvent.LastServed last when _lives.TryGetValue(last.Slot, out Life? life):
                life.Tell(_pool.Now);
                break;
            case ManagerEvent.Arrived arrived:
                Invariants.Holds(_waiting.Add(arrived.Connection.Descriptor), "a connection is in one place");
                break;
            case ManagerEvent.NotHanded not:
                Invariants.Holds(_waiting.Add(not.Connection.Descriptor), "a connection is in one place");
                break;
            case ManagerEvent.Crashing crashing when _lives.TryGetValue(crashing.Slot, out Life? life):
                life.Tell(_pool.Now);
                break;
            case ManagerEvent.StopRequested:
                _stops++;
                break;
            case ManagerEvent.ShutdownRequested:
                _stops = Math.Max(1, _stops);
                break;
            case ManagerEvent.Slept slept:
                foreach (Life life in _lives.Values)
                {
                    life.SleepsThrough(slept.Gap);
                }

                break;
            default:
                break;
        }
    }

    private void Play(PoolAction action)
    {
        switch (action)
        {
            case PoolAction.Launch launch:
                Invariants.Holds(_lives.TryAdd(launch.Slot, new Life(_pool.Now)), "a slot is its worker's until that is reaped");
                break;
            case PoolAction.TellToLeave tell:
                Invariants.Holds(_lives.TryGetValue(tell.Slot, out Life? told) && told.Told is null, "a worker that exists is told, and once");
                _lives[tell.Slot].Tell(_pool.Now);
                break;
            case PoolAction.Kill kill:
                Invariants.Holds(_lives.ContainsKey(kill.Slot), "only a worker that exists is killed");
                Kill(_lives[kill.Slot], kill);
                break;
            case PoolAction.Hand hand:
                Invariants.Holds(_lives.TryGetValue(hand.Slot, out Life? takes) && takes is { Ready: true, Told: null, Killed: false }, "a connection goes to a worker that waits for one");
                Invariants.Holds(_waiting.Remove(hand.Connection.Descriptor), "a connection is handed over once");
                break;
            case PoolAction.GiveUpConnections up:
                Invariants.Holds(_pool.State.Phase != PoolPhase.Running && up.Connections.All(c => _waiting.Remove(c.Descriptor)), "connections are given up at the stop only");
                break;
            case PoolAction.GiveUpUnread up:
                Invariants.Holds(_waiting.Remove(up.Connection.Descriptor), "a connection that is given up is one that waits");
                break;
            case PoolAction.OfferWaiting offer:
                Invariants.Holds(offer.Slots.All(_lives.ContainsKey), "a connection that waits is offered to workers that exist");
                break;
            case PoolAction.OfWorker one:
                Invariants.Holds(_lives.ContainsKey(one.Slot), "nothing is done about a worker that has ended");
                Play(one, _lives[one.Slot]);
                break;
            case PoolAction.SignalAdopted signal:
                Invariants.Holds(_children.Contains(signal.ProcessId), "no child that has ended is signalled");
                break;
            default:
                break;
        }
    }
}
