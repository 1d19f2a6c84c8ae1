using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <content>What the workers do besides living and dying: requests, memory, processor time; and what comes from outside.</content>
internal sealed partial class World
{
    private readonly HashSet<int> _children = [];
    private ulong _requests = 1;

    /// <summary>What a worker says when its start has worked.</summary>
    private static ManagerEvent Up(WorkerState worker) => worker.Reserve ? new ManagerEvent.Parked(worker.Slot) : new ManagerEvent.Ready(worker.Slot);

    private WorkerSample Sees(int slot)
    {
        Life life = _lives[slot];
        if (_pool.LooksFor.HasFlag(LookAt.Requests))
        {
            life.Seen = life.Request?.Key; // the other looks are not the watchdog's
        }

        bool unknown = life.Request is { Key.IsScope: true } && _random.Next(10) == 0;
        return new WorkerSample(slot)
        {
            Busy = life.Request is not null,
            Requests = life.Request is { } request && !unknown ? [request] : [],
            Untold = life is { Untold: true, Request: { Key.IsScope: true, IsLong: false } untold } ? untold.Began : null,
            Unknown = unknown,
            Stopped = life.Stopped,
            Progress = (long)(life.Request?.Key.Number ?? 0),
            Memory = life.Memory,
            Cpu = life.Cpu + (life.Burns ? _pool.Now - life.Since : TimeSpan.Zero),
        };
    }

    private void Work()
    {
        foreach (Life life in _lives.Values.Where(_ => _random.Next(4) == 0))
        {
            switch (_random.Next(8))
            {
                case < 3 when life.Ready && life.Request is null:
                    Begin(life);
                    break;
                case 3:
                    life.Request = null;
                    break;
                case 4:
                    life.Memory = _random.Next(200);
                    break;
                case 5:
                    life.Burns = !life.Burns;
                    break;
                case 6 when _random.Next(3) == 0 || life.Stopped:
                    life.Stopped = !life.Stopped;
                    break;
                default:
                    break;
            }
        }
    }

    private void Begin(Life life)
    {
        bool scope = _random.Next(2) == 0;
        TimeSpan? due = _random.Next(6) == 0 ? _pool.Now + TimeSpan.FromSeconds(_random.Next(1, 50)) : null;
        life.Request = new RequestSeen(new RequestKey(_requests += 2, scope), scope ? _pool.Now : null, due, _random.Next(6) == 0) { Given = _pool.Now };
        life.Began = _pool.Now;
        life.Untold = true;
    }

    /// <summary>Nobody does anything any more.</summary>
    private void Rest()
    {
        _rests = true;
        foreach (Life life in _lives.Values)
        {
            life.Request = null;
            life.Burns = false;
            life.Stopped = false;
            life.Memory = 0;
        }
    }

    private IEnumerable<ManagerEvent> OfTheOutside()
    {
        if (_pool.State.Policy.Demand.Sizing == PoolSizing.PerRequest)
        {
            foreach (ManagerEvent happened in OfClients())
            {
                yield return happened;
            }
        }
        else if (_random.Next(3) == 0 && Demand.Listens(_pool.State, _pool.Now))
        {
            yield return new ManagerEvent.ConnectionWaits();
        }

        foreach (WorkerState worker in _pool.State.Workers.Where(static w => w.Hang is { Step: HangStep.Capturing }))
        {
            if (_random.Next(2) == 0)
            {
                yield return new ManagerEvent.Captured(worker.Slot);
            }
        }

        switch (_random.Next(100))
        {
            case < 3:
                yield return new ManagerEvent.Adopted(_random.Next(1000, 1003), _random.Next(2) == 0);
                break;
            case < 6 when _children.Count > 0:
                yield return new ManagerEvent.AdoptedEnded(_children.First());
                break;
            case 6 when _random.Next(4) == 0:
                yield return new ManagerEvent.ShutdownRequested();
                break;
            default:
                break;
        }
    }

    // One request a process: the manager accepts, or the host does and asks nobody.
    private IEnumerable<ManagerEvent> OfClients()
    {
        if (_random.Next(2) == 0 && PerRequest.Accepts(_pool.State, _pool.Now))
        {
            yield return new ManagerEvent.Arrived(new HandedConnection(++_connections, "http"));
        }
        else if (_random.Next(3) == 0 && Demand.Listens(_pool.State, _pool.Now))
        {
            yield return new ManagerEvent.ConnectionWaits(_random.Next(4), _random.Next(10) == 0);
        }
        else if (_random.Next(6) == 0)
        {
            yield return new ManagerEvent.Arrived(new HandedConnection(++_connections, "http") { IsDispatched = true });
        }
    }

    private void Play(PoolAction.OfWorker action, Life life)
    {
        switch (action)
        {
            case PoolAction.SendSignal signal:
                Invariants.Holds(!life.Kept, "a kept worker gets no signal");
                life.WasTerminated |= signal.Number == UnixSignal.Term;
                break;
            case PoolAction.Keep:
                life.Kept = true;
                break;
            case PoolAction.RaiseSoftTimeout soft:
                RequestSeen? request = life.Request;
                bool dispatched = request is { Key.IsScope: false } && request.Value.Key.Number == soft.Number;
                bool scope = request is { Key.IsScope: true } && request.Value.Began <= soft.Before;
                Invariants.Holds(life.Request?.Key != life.Seen || dispatched || scope, "a ring is for a request that is over the limit");
                Invariants.Holds(life.Softened.Add((soft.Number, life.Request?.Key)), "a worker is rung once for a request");
                life.Untold &= !scope;
                break;
            case PoolAction.SayHung hung:
                Invariants.Holds(hung.Request == life.Seen || hung.Request.IsNone && life.Stopped, "what is hung was seen");
                life.Hung = hung.Request;
                Invariants.Holds(hung.Request.IsNone || _pool.Now - life.Began >= hung.Limit || _pool.Now >= life.Request?.Due, "no request is found early");
                break;
            default:
                break;
        }
    }

    private void Kill(Life life, PoolAction.Kill kill)
    {
        Invariants.Holds(_stops > 1 || MayKill(life, kill), "nobody is killed before its time");
        Invariants.Holds(kill.Armed is null || kill.Armed == life.Hung, "a kill is armed on the request that was found");
        if (kill.Armed is not null && _random.Next(3) == 0)
        {
            life.Request = null; // in the last moment
        }

        life.IsSpared = kill is { SparesDump: true } && _random.Next(3) == 0;
        if (life.IsSpared)
        {
            return; // a dump is being written
        }

        life.KilledWhenUnknown = kill.WhenUnknown;
        life.Killed = kill.Armed is not { } armed || (armed.IsNone ? life.Stopped : armed == life.Request?.Key);
    }

    private bool MayKill(Life life, PoolAction.Kill kill)
    {
        PoolPolicy policy = _pool.State.Policy;
        return life.Killed || life.IsSpared
            || kill.Armed is not null && kill.Cause == WorkerExitCause.Hung
            || _pool.Now - life.Dying >= policy.DieTimeout && kill.Cause == WorkerExitCause.Crashed
            || life.Kept && _pool.State.Phase != PoolPhase.Running
            || kill.Cause == WorkerExitCause.CpuLimit && life.Told is not null && life.WasTerminated
            || life.Told is { } told && _pool.Now - told - life.Away >= policy.DieTimeout
            || !life.Ready && _pool.Now - life.Since - life.Away >= policy.StartTimeout;
    }

    /// <summary>One process, from its start until it is reaped.</summary>
    private sealed class Life(TimeSpan since)
    {
        internal TimeSpan Since { get; } = since;

        internal TimeSpan? Told { get; private set; }

        internal TimeSpan Away { get; private set; }

        internal bool Ready { get; set; }

        internal bool Killed { get; set; }

        /// <summary>When the kernel began to end it.</summary>
        internal TimeSpan? Dying { get; set; }

        /// <summary>The KILL that is under way is sent also when nobody can tell whether its request is.</summary>
        internal bool KilledWhenUnknown { get; set; }

        internal bool Kept { get; set; }

        /// <summary>The kill that was ordered last found a dump under way.</summary>
        internal bool IsSpared { get; set; }

        internal bool WasTerminated { get; set; }

        internal RequestSeen? Request { get; set; }

        internal TimeSpan Began { get; set; }

        /// <summary>The request that the last look found.</summary>
        internal RequestKey? Seen { get; set; }

        /// <summary>The request that was found last.</summary>
        internal RequestKey? Hung { get; set; }

        internal HashSet<(ulong, RequestKey?)> Softened { get; } = [];

        /// <summary>Its scope was not told of its soft timeout.</summary>
        internal bool Untold { get; set; }

        internal bool Stopped { get; set; }

        internal bool? CannotBeRead()
        {
            Killed |= KilledWhenUnknown;
            return null;
        }

        internal long Memory { get; set; }

        internal TimeSpan Cpu { get; set; }

        internal bool Burns { get; set; }

        internal void Tell(TimeSpan now)
        {
            if (Told is null)
            {
                Told = now;
                Away = TimeSpan.Zero;
            }
        }

        internal void SleepsThrough(TimeSpan gap)
        {
            Away += gap;
            Began += gap;
            Dying += gap;
        }
    }
}
