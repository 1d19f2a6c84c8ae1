namespace ProcManager.Supervision;

/// <summary>Connections that wait in the queue of a listener, and the second look that tells whether a worker is going to take them.</summary>
internal static class WaitingConnections
{
    /// <summary>An idle worker takes a waiting connection well within this; no worker takes a connection that still waits then.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// The worker takes a connection that waits. A worker that looks idle and has not moved since the connection came does not: the worker is stopped, or works without a
    /// request, between its last request and its gate.
    /// </summary>
    internal static bool IsTakenBy(Turn turn, WorkerState worker) =>
        Demand.IsIdle(worker) && !(turn.State.Demand.WaitsSince is { } since && turn.Now - since >= Patience && worker.Activity.IdleSince <= since);

    /// <summary>What a look has found. True: a connection waits, and none did at the look before.</summary>
    internal static bool Note(Turn turn, bool waiting)
    {
        DemandState demand = turn.State.Demand;
        turn.State = turn.State with { Demand = demand with { WaitsSince = waiting ? demand.WaitsSince ?? turn.Now : null } };
        return waiting && demand.WaitsSince is null;
    }

    /// <summary>
    /// A connection still waits at the second look, and a worker looks idle: the wake-up may have gone to a worker whose end has begun and is not seen yet.
    /// So the idle ones are told to check their listeners.
    /// </summary>
    internal static void OfferToIdle(Turn turn)
    {
        int[] idle = [.. turn.Workers.Where(static w => w.IsInPool && Demand.IsIdle(w)).Select(static w => w.Slot)];
        if (idle.Length > 0)
        {
            turn.Do(new PoolAction.OfferWaiting(idle));
        }
    }

    internal static void LookAgain(Turn turn) => turn.State = turn.State with { Demand = turn.State.Demand with { LookAgainAt = turn.Now + Patience } };

    /// <summary>Orders the second look.</summary>
    internal static void Advance(Turn turn)
    {
        if (turn.State.Demand.LookAgainAt is { } again)
        {
            if (again > turn.Now)
            {
                turn.WakeAt(again);
            }
            else
            {
                turn.State = turn.State with { Demand = turn.State.Demand with { LookAgainAt = null } };
                turn.Do(new PoolAction.Look(LookAt.Demand));
            }
        }
    }
}
