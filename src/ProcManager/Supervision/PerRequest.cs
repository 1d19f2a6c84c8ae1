namespace ProcManager.Supervision;

/// <summary>What <see cref="PerRequest"/> remembers.</summary>
internal sealed record PerRequestState
{
    /// <summary>Connections that the manager has and no worker was handed.</summary>
    internal HandedConnection[] Waiting { get; init; } = [];

    /// <summary>How many connections waited in the queues of the listeners when the manager last looked.</summary>
    internal int Queued { get; init; }

    /// <summary>No worker waits for a connection, and the queues are looked at again then.</summary>
    internal TimeSpan LookAgainAt { get; init; }

    /// <summary>The system was short of something: nothing is accepted or handed on before.</summary>
    internal TimeSpan ShortUntil { get; init; }

    /// <summary>As many workers have a request as may, or had until a moment ago: the manager accepts nothing.</summary>
    internal bool Paused { get; init; }

    internal TimeSpan? PauseToldAt { get; init; }

    /// <summary>The log has the pause at debug level, and is to have its end so.</summary>
    internal bool IsPauseAgain { get; init; }
}

/// <summary>
/// One request, one process. The manager accepts only while a worker waits for a connection and the maximum allows; otherwise connections wait in the queue of the kernel, where no end of the manager loses them. A worker that
/// was handed a connection is busy until it has ended, or until it says that it is free again. <see cref="StandbyRefill"/> starts the next ones.
/// </summary>
internal static class PerRequest
{
    /// <summary>What the system was short of may be there again.</summary>
    private static readonly TimeSpan ShortTime = TimeSpan.FromMilliseconds(100);

    /// <summary>A pool at its maximum is paused again and again: the log has it once in this time.</summary>
    private static readonly TimeSpan PauseToldAgain = TimeSpan.FromSeconds(10);

    /// <summary>A connection that so many workers have not read goes to no other: it may be what ends them.</summary>
    private const int MostTries = 5;

    internal static bool IsOn(PoolState state) => state.Policy.Demand.Sizing == PoolSizing.PerRequest;

    internal static int StandbyOf(PoolState state) => Math.Min(state.Policy.StandbyCount, state.Most);

    /// <summary>The worker waits for a connection.</summary>
    internal static bool IsFree(WorkerState worker) => worker is { Phase: WorkerPhase.Parked, Reserve: true, Dying: false };

    /// <summary>The worker has served, and waits for another connection. Only then may what its requests have left behind be too much.</summary>
    internal static bool IsFreeAgain(WorkerState worker) => IsFree(worker) && worker.ServesSince > TimeSpan.Zero;

    /// <summary>The worker counts towards the maximum. One that not even KILL ends, or that is kept for a debugger, does not hold up the others.</summary>
    internal static bool IsBusy(WorkerState worker) => worker is { HasRequest: true, LetGo: false, Phase: not WorkerPhase.Kept };

    /// <summary>The manager may accept one more connection now.</summary>
    internal static bool Accepts(PoolState state, TimeSpan now) =>
        state is { Phase: PoolPhase.Running, IsPaused: false, PerRequest: { Paused: false, Waiting.Length: 0 } mode } && mode.ShortUntil <= now && state.Workers.Any(IsFree);

    /// <summary>True while the hands are to tell of a waiting connection: it can be accepted, or a worker can be started for it.</summary>
    internal static bool Listens(PoolState state, TimeSpan now) =>
        Accepts(state, now)
        || (state is { Phase: PoolPhase.Running, IsPaused: false, Breaker.SettledAt: null, PerRequest: { Paused: false, Waiting.Length: 0 } mode }
            && !(state.Breaker.Open && state.Breaker.ProbeAt > now)
            && mode.ShortUntil <= now && mode.LookAgainAt <= now
            && !state.Workers.Any(IsFree)
            && state.Workers.Count(static w => w.IsComing) <= state.Policy.Processors);

    /// <summary>No worker is free for it: one is started, or is on its way.</summary>
    internal static void ConnectionWaits(Turn turn, ManagerEvent.ConnectionWaits waits)
    {
        PerRequestState mode = turn.State.PerRequest;
        turn.State = turn.State with
        {
            PerRequest = waits.IsShort ? mode with { ShortUntil = turn.Now + ShortTime }
                : mode with { Queued = waits.Queue, LookAgainAt = waits.Queue > 0 ? turn.Now + WaitingConnections.Patience : mode.LookAgainAt },
        };
    }

    internal static void Arrived(Turn turn, ManagerEvent.Arrived arrived)
    {
        if (turn.State.Phase != PoolPhase.Running)
        {
            turn.Do(new PoolAction.GiveUpConnections([arrived.Connection]));
            return;
        }

        if (arrived.Connection.Tries >= MostTries)
        {
            turn.Do(new PoolAction.GiveUpUnread(arrived.Connection));
            return;
        }

        PerRequestState mode = turn.State.PerRequest;
        Put(turn, arrived.Returned ? [arrived.Connection, .. mode.Waiting] : [.. mode.Waiting, arrived.Connection]);
        bool isFromQueue = arrived is { Returned: false, Connection.IsDispatched: false };
        turn.State = turn.State with { PerRequest = turn.State.PerRequest with { Queued = Math.Max(0, mode.Queued - (isFromQueue ? 1 : 0)) } };
    }

    internal static void NotHanded(Turn turn, ManagerEvent.NotHanded not)
    {
        if (turn.Find(not.Slot) is { Phase: WorkerPhase.Serving, HasRequest: true } worker)
        {
            worker = worker with { Phase = WorkerPhase.Parked, Reserve = true, HasRequest = false };
            turn.Put(worker);
            if (not.Passing)
            {
                turn.State = turn.State with { PerRequest = turn.State.PerRequest with { ShortUntil = turn.Now + ShortTime } };
            }
            else if (!not.IsLost)
            {
                turn.TellToLeave(worker, WorkerExitCause.Recycled);
            }
        }

        if (!not.IsLost)
        {
            Arrived(turn, new ManagerEvent.Arrived(not.Passing ? not.Connection : not.Connection with { Tries = not.Connection.Tries + 1 }, Returned: true));
        }
    }

    /// <summary>The worker is free again, unless there is a reason why it is not to have another request.</summary>
    internal static void Free(Turn turn, int slot)
    {
        if (turn.Find(slot) is not { Phase: WorkerPhase.Serving, HasRequest: true } worker)
        {
            return;
        }

        WorkerExitCause? cause = worker.AskedFor ?? worker.RetireFor ?? (worker.Hang?.Found is not null || worker.Dying ? WorkerExitCause.Recycled : null);
        turn.Put(worker with { Phase = WorkerPhase.Parked, Reserve = true, HasRequest = false, FreeSince = turn.Now, Hang = cause is null ? null : worker.Hang });
        CrashBreaker.Served(turn, slot);
        if (cause is { } reason)
        {
            turn.TellToLeave(turn.Find(slot)!, reason);
        }
    }

    /// <summary>The end that belongs to this mode. The place stays the worker's until it has ended.</summary>
    internal static void LastServed(Turn turn, int slot)
    {
        if (turn.Find(slot) is { IsLive: true } worker)
        {
            TimeSpan? deadline = turn.Now + turn.Policy.DieTimeout;
            turn.Put(worker with
            {
                Phase = WorkerPhase.Leaving,
                LeaveCause = worker.AskedFor ?? worker.RetireFor ?? WorkerExitCause.RequestLimit,
                Deadline = worker.Deadline < deadline ? worker.Deadline : deadline,
            });
            CrashBreaker.Served(turn, slot);
        }
    }

    /// <summary>First connections are handed on, which is quick; a start is not.</summary>
    internal static void Advance(Turn turn, bool isTick)
    {
        CrashBreaker.Settle(turn);
        HandOn(turn);
        StandbyReload.Advance(turn);
        Recycling.EndLives(turn);
        StandbyRefill.Advance(turn, isTick);
        int busy = turn.Count(IsBusy);
        turn.State = turn.State with { Target = Math.Min(turn.State.Most, busy) };
        TellIfPaused(turn, busy);
        if (turn.State.PerRequest is { } mode && !turn.State.IsPaused)
        {
            WakeLater(turn, mode.ShortUntil);
            WakeLater(turn, mode.LookAgainAt);
        }
    }

    /// <summary>The pool stops: no worker takes another connection.</summary>
    internal static void Stop(Turn turn)
    {
        if (turn.State.PerRequest.Waiting is { Length: > 0 } waiting)
        {
            Put(turn, []);
            turn.Do(new PoolAction.GiveUpConnections(waiting));
        }
    }

    private static void HandOn(Turn turn)
    {
        while (turn.State is { IsPaused: false, PerRequest: { Waiting: [var next, ..] } mode } && mode.ShortUntil <= turn.Now && turn.Count(IsBusy) < turn.State.Most && FreeOne(turn) is { } worker)
        {
            Put(turn, mode.Waiting[1..]);
            turn.Put(worker with { Phase = WorkerPhase.Serving, Reserve = false, HasRequest = true, ServesSince = turn.Now });
            turn.Do(new PoolAction.Hand(worker.Slot, next));
        }
    }

    /// <summary>The worker that became free last, so that surplus workers stay idle and leave. While a new program is on trial an old worker, as long as there are any.</summary>
    private static WorkerState? FreeOne(Turn turn)
    {
        bool onTrial = turn.State.Reload is { CanaryHeld: false };
        WorkerState? best = null;
        foreach (WorkerState worker in turn.Workers)
        {
            if (IsFree(worker) && (best is null || Rank(worker).CompareTo(Rank(best)) > 0))
            {
                best = worker;
            }
        }

        return best;

        (int Generation, TimeSpan Since) Rank(WorkerState worker) => (onTrial ? -worker.Generation : worker.Generation, worker.FreeSince);
    }

    /// <summary>Below the maximum by a tenth, and by one at least, the manager accepts again.</summary>
    private static void TellIfPaused(Turn turn, int busy)
    {
        PerRequestState mode = turn.State.PerRequest;
        int most = turn.State.Most;
        bool paused = busy >= most || (mode.Paused && busy > most - Math.Max(1, most / 10));
        if (paused == mode.Paused)
        {
            return;
        }

        bool isAgain = paused ? mode.PauseToldAt is { } told && turn.Now - told < PauseToldAgain : mode.IsPauseAgain;
        turn.State = turn.State with { PerRequest = mode with { Paused = paused, PauseToldAt = paused && !isAgain ? turn.Now : mode.PauseToldAt, IsPauseAgain = isAgain } };
        turn.Do(paused ? new PoolAction.SayPaused(most, isAgain) : new PoolAction.SayResumed(isAgain));
    }

    private static void Put(Turn turn, HandedConnection[] waiting) => turn.State = turn.State with { PerRequest = turn.State.PerRequest with { Waiting = waiting } };

    private static void WakeLater(Turn turn, TimeSpan time)
    {
        if (time > turn.Now)
        {
            turn.WakeAt(time);
        }
    }
}
