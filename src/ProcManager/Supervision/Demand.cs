namespace ProcManager.Supervision;

/// <summary>What <see cref="Demand"/> remembers between two looks.</summary>
internal sealed record DemandState
{
    /// <summary>How many the next step may start: 1, 2, 4 … 32.</summary>
    internal int Ramp { get; init; } = 1;

    /// <summary>None was idle or coming at the last look.</summary>
    internal bool NobodyIdle { get; init; }

    /// <summary>A connection waits, and the workers are being looked at for it.</summary>
    internal bool Waiting { get; init; }

    internal TimeSpan ListenAgainAt { get; init; }

    /// <summary>Up to then it goes on growing in steps that double, at the first connection that nobody takes.</summary>
    internal TimeSpan GrowsUntil { get; init; }

    /// <summary>At the maximum, and nobody is idle.</summary>
    internal bool Paused { get; init; }

    /// <summary>Since when each look has found connections waiting; null: the last look found none.</summary>
    internal TimeSpan? WaitsSince { get; init; }

    /// <summary>When the workers are looked at once more because a connection waits.</summary>
    internal TimeSpan? LookAgainAt { get; init; }

    internal FullState? Full { get; init; }
}

/// <summary>What a worker was seen doing. <see cref="IdleSince"/>: it has not moved since.</summary>
internal sealed record ActivityState(long Progress, TimeSpan? IdleSince)
{
    internal static ActivityState Unknown { get; } = new(-1, null);
}

/// <summary>
/// How many workers are wanted, by how many are idle. Dynamic: once a second, between the two spare numbers. On demand: one for
/// a connection that waits and that nobody takes. Growing doubles, up to 32 a step, and the next step comes after a second, or at once when those of
/// the last one are up and connections still wait. Shrinking is one a second.
/// </summary>
internal static class Demand
{
    private const int MostInAStep = 32;

    /// <summary>A worker that has just come up looks idle until it has taken its first connection; only after this is it enough.</summary>
    private static readonly TimeSpan StepTime = TimeSpan.FromSeconds(1);

    internal static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        DemandPolicy policy = turn.Policy.Demand;
        foreach (WorkerSample sample in looked.Samples)
        {
            if (turn.Find(sample.Slot) is { IsServing: true } worker)
            {
                turn.Put(worker with { Activity = See(worker.Activity, sample, turn.Now) });
            }
        }

        if (turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        if (turn.State.IsPaused)
        {
            TellIfPaused(turn);
            return; // a pause by an operator keeps the number of workers as it is
        }

        bool waiting = turn.State.Demand.Waiting || looked.Queue > 0;
        bool first = WaitingConnections.Note(turn, waiting);
        if (waiting && !first)
        {
            WaitingConnections.OfferToIdle(turn);
        }

        if (policy.Sizing == PoolSizing.Static)
        {
            FullPool.Looked(turn, looked.Queue, first);
            return;
        }

        int idle = turn.Count(w => WaitingConnections.IsTakenBy(turn, w)) + Coming(turn);
        turn.State = turn.State with { Demand = turn.State.Demand with { Waiting = false, NobodyIdle = idle == 0 } };
        if (first && idle > 0)
        {
            WaitingConnections.LookAgain(turn); // an idle worker has taken the connection by then
        }

        if (waiting && idle == 0)
        {
            Grow(turn, turn.State.Demand.Ramp);
        }
        else if (policy.Sizing == PoolSizing.Dynamic && looked.At.HasFlag(LookAt.Demand))
        {
            KeepSpare(turn, policy, idle, waiting);
        }
        else if (policy.Sizing == PoolSizing.OnDemand)
        {
            SendIdleAway(turn, policy);
        }

        TellIfPaused(turn);
    }

    internal static void ConnectionWaits(Turn turn, ManagerEvent.ConnectionWaits waits)
    {
        if (PerRequest.IsOn(turn.State))
        {
            PerRequest.ConnectionWaits(turn, waits);
            return;
        }

        if (!Listens(turn))
        {
            return;
        }

        if (turn.Policy.Demand.Sizing == PoolSizing.Static)
        {
            FullPool.ConnectionWaits(turn);
            return;
        }

        turn.State = turn.State with { Demand = turn.State.Demand with { ListenAgainAt = turn.Now + WaitingConnections.Patience, Waiting = true } };
        turn.Do(new PoolAction.Look(LookAt.Demand));
    }

    /// <summary>True while the hands are to tell of a waiting connection.</summary>
    internal static bool Listens(PoolState state, TimeSpan now) => PerRequest.IsOn(state) ? PerRequest.Listens(state, now) :
        !state.IsPaused && (state.Policy.Demand.Sizing == PoolSizing.Static ? FullPool.Listens(state, now)
        : state is { Phase: PoolPhase.Running, Demand.Waiting: false }
        && state.Target < state.Most
        && (state.Policy.Demand.Sizing == PoolSizing.OnDemand || state.Demand.NobodyIdle || now < state.Demand.GrowsUntil)
        && state.Demand.ListenAgainAt <= now
        && !state.Workers.Any(static w => w is { IsComing: true, Reserve: false })
        && state.Workers.Count(static w => w.IsInPool) >= state.Target); // those that are wanted already cannot be started now

    internal static void Advance(Turn turn)
    {
        if (PerRequest.IsOn(turn.State))
        {
            return;
        }

        if (turn.State.Demand.Paused && turn.State.Target < turn.State.Most)
        {
            // At once: there may be nobody left to look at, and a host that was told to pause waits for this.
            turn.State = turn.State with { Demand = turn.State.Demand with { Paused = false } };
            turn.Do(new PoolAction.SayResumed());
        }

        WaitingConnections.Advance(turn);
        if (turn.State.Demand.ListenAgainAt > turn.Now && (turn.Policy.Demand.Sizing == PoolSizing.Static || turn.State.Target < turn.State.Most))
        {
            turn.WakeAt(turn.State.Demand.ListenAgainAt);
        }
    }

    /// <summary>On demand nobody is replaced for the sake of a number: the next connection that waits starts one.</summary>
    internal static void Gone(Turn turn, WorkerState worker)
    {
        // One beyond the wanted number, in a reload, takes nobody's place with it.
        if (turn.Policy.Demand.Sizing == PoolSizing.OnDemand && worker.IsInPool && turn.Count(static w => w.IsInPool) < turn.State.Target)
        {
            turn.State = turn.State with { Target = turn.State.Target - 1 };
        }
    }

    internal static bool IsIdle(WorkerState worker) => worker is { IsServing: true, Activity.IdleSince: not null };

    private static bool Listens(Turn turn) => Listens(turn.State with { Workers = turn.CopyOfWorkers() }, turn.Now);

    private static int Coming(Turn turn) => turn.Count(static w => w is { IsComing: true, Reserve: false });

    private static ActivityState See(ActivityState before, WorkerSample sample, TimeSpan now) =>
        sample.Busy ? new(sample.Progress, null)
        : before.Progress == sample.Progress && before.IdleSince is not null ? before
        : new(sample.Progress, now);

    private static void KeepSpare(Turn turn, DemandPolicy policy, int idle, bool waiting)
    {
        if (idle < policy.MinSpare)
        {
            Grow(turn, Math.Min(turn.State.Demand.Ramp, waiting ? MostInAStep : policy.MinSpare - idle));
            return;
        }

        EndSteps(turn);

        // One that has just come up, or is on its way, looks idle and was started because somebody waits.
        int settled = turn.Count(w => IsIdle(w) && turn.Now - w.ServesSince >= StepTime);
        if (!waiting && settled > policy.MaxSpare && turn.State.Target > 1 && turn.State.Reload is null)
        {
            turn.State = turn.State with { Target = turn.State.Target - 1 };
        }
    }

    private static void Grow(Turn turn, int by)
    {
        PoolState state = turn.State;
        if (turn.Count(static w => w.IsInPool) < state.Target)
        {
            return;
        }

        turn.State = state with
        {
            Target = Math.Min(state.Most, state.Target + by),
            Demand = state.Demand with { Ramp = Math.Min(MostInAStep, state.Demand.Ramp * 2), GrowsUntil = turn.Now + StepTime },
        };
    }

    private static void EndSteps(Turn turn)
    {
        if (turn.Now >= turn.State.Demand.GrowsUntil && turn.Workers.Any(IsIdle))
        {
            turn.State = turn.State with { Demand = turn.State.Demand with { Ramp = 1 } };
        }
    }

    private static void SendIdleAway(Turn turn, DemandPolicy policy)
    {
        EndSteps(turn);
        foreach (WorkerState worker in turn.CopyOfWorkers())
        {
            if (worker is { IsFresh: true, Activity.IdleSince: { } since } && IsIdle(worker) && turn.Now - since >= policy.IdleTimeout && !ReloadPolicy.IsOnTrial(turn, worker))
            {
                turn.State = turn.State with { Target = Math.Max(0, turn.State.Target - 1) };
                turn.TellToLeave(worker, WorkerExitCause.Idle);
            }
        }
    }

    /// <summary>Only workers that are up count: one on its way is neither busy nor idle.</summary>
    private static void TellIfPaused(Turn turn)
    {
        int idle = turn.Count(IsIdle);
        int up = turn.Count(static w => w.IsServing);
        bool paused = idle == 0 && (turn.State.Demand.Paused || (up >= turn.State.Most && Coming(turn) == 0));
        if (paused != turn.State.Demand.Paused)
        {
            turn.State = turn.State with { Demand = turn.State.Demand with { Paused = paused } };
            turn.Do(paused ? new PoolAction.SayPaused(turn.State.Most) : new PoolAction.SayResumed());
        }
    }
}
