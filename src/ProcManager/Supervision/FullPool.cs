namespace ProcManager.Supervision;

/// <summary>All workers of a pool of a fixed size are busy, and connections wait. <paramref name="Since"/>: when that was first seen.</summary>
internal sealed record FullState(TimeSpan Since)
{
    /// <summary>The warning was given.</summary>
    internal bool Told { get; init; }

    /// <summary>How many connections waited at most.</summary>
    internal int Most { get; init; }

    /// <summary>Since when no look has found a waiting connection.</summary>
    internal TimeSpan? ClearSince { get; init; }
}

/// <summary>
/// Tells when a pool of a fixed size is full: one warning when all workers are busy and connections wait at two looks, and one line when that is over. The hands
/// tell of a waiting connection at most once a second, and the workers are looked at only then, and for 10 s after a warning, so an idle pool stays asleep.
/// </summary>
internal static class FullPool
{
    private static readonly TimeSpan SecondLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A pool at its limit is full again and again: that is over when no connection waited for so long.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    internal static bool Listens(PoolState state, TimeSpan now) =>
        state is { Phase: PoolPhase.Running, Demand: { Full: null, LookAgainAt: null } demand } && demand.ListenAgainAt <= now && state.Workers.Length > 0;

    /// <summary>An idle worker takes the connection within the patience; the look comes only then.</summary>
    internal static void ConnectionWaits(Turn turn) => turn.State = turn.State with
    {
        Demand = turn.State.Demand with { ListenAgainAt = turn.Now + Interval, LookAgainAt = turn.Now + WaitingConnections.Patience },
    };

    internal static void Looked(Turn turn, int queue, bool first)
    {
        DemandState demand = turn.State.Demand;
        bool isFull = queue > 0 && !turn.Workers.Any(w => w.IsInPool && WaitingConnections.IsTakenBy(turn, w)) && turn.Workers.Any(static w => w is { IsInPool: true, IsServing: true });
        FullState? full = isFull ? Filled(turn, demand.Full, queue) : Cleared(turn, demand.Full);
        TimeSpan? again = full is { } spell ? turn.Now + (spell.Told ? Interval : SecondLook)
            : first ? turn.Now + WaitingConnections.Patience
            : null;
        turn.State = turn.State with { Demand = turn.State.Demand with { Full = full, LookAgainAt = again, Waiting = false } };
    }

    private static FullState Filled(Turn turn, FullState? before, int queue)
    {
        FullState full = (before ?? new FullState(turn.Now)) with { ClearSince = null, Most = Math.Max(queue, before?.Most ?? 0) };
        if (before is null or { Told: true })
        {
            return full;
        }

        turn.Do(new PoolAction.SayFull(turn.Count(static w => w is { IsInPool: true, IsServing: true }), queue));
        return full with { Told = true };
    }

    private static FullState? Cleared(Turn turn, FullState? before)
    {
        if (before is not { Told: true })
        {
            return null;
        }

        FullState clear = before with { ClearSince = before.ClearSince ?? turn.Now };
        if (turn.Now - clear.ClearSince < Calm)
        {
            return clear;
        }

        turn.Do(new PoolAction.SayFullOver(clear.ClearSince.Value - clear.Since, clear.Most));
        return null;
    }
}
