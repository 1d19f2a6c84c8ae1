namespace ProcManager.Supervision;

/// <summary>
/// One request a process: how many workers wait for a connection, and the starts of those that are missing. They start without a delay, one more at a time than there are processors, since a start also waits; more than <see cref="PoolPolicy.StandbyCount"/>
/// when connections wait for them. A surplus leaves when it was idle for long.
/// </summary>
internal static class StandbyRefill
{
    internal static void Advance(Turn turn, bool isTick)
    {
        LetSurplusGo(turn);
        bool isOneFree = turn.Workers.Any(PerRequest.IsFree);
        if (isOneFree)
        {
            turn.State = turn.State with { PerRequest = turn.State.PerRequest with { Queued = 0 } }; // it takes one, and if more wait the manager looks again
        }

        int queue = Queue(turn);
        if (queue > 0 && !isOneFree)
        {
            foreach (WorkerState coming in turn.CopyOfWorkers().Where(static w => w.IsComing))
            {
                Leisure.End(turn, coming.Slot); // a connection waits for it
            }
        }

        if (!IsOneMissing(turn, queue))
        {
            return;
        }

        // One start a turn of the loop, and behind what else has happened: it takes about a millisecond, in which no connection would be handed on.
        if (!isTick)
        {
            turn.WakeAt(turn.Now);
        }
        else if (turn.State.NextStartAt > turn.Now)
        {
            turn.WakeAt(turn.State.NextStartAt);
        }
        else if (MayWait(turn, queue) && LastHandOver(turn) + turn.Policy.HandPause is var end && end > turn.Now)
        {
            turn.WakeAt(end);
        }
        else if (CrashBreaker.MayStart(turn) && turn.FreeSlot() is >= 0 and var slot)
        {
            Start(turn, slot, queue);
            if (IsOneMissing(turn, queue))
            {
                turn.WakeAt(turn.Now + TimeSpan.FromTicks(1));
            }
        }
    }

    private static bool MayWait(Turn turn, int queue) =>
        queue == 0 && turn.State.Reload is null && turn.Count(PerRequest.IsFree) * 2 > turn.Policy.StandbyCount;

    private static TimeSpan LastHandOver(Turn turn) => turn.Workers.Where(static w => w.HasRequest).Select(static w => w.ServesSince).DefaultIfEmpty().Max();

    /// <summary>How many connections wait that may be served now.</summary>
    private static int Queue(Turn turn)
    {
        int room = turn.State.Most - turn.Count(PerRequest.IsBusy);
        return turn.State.IsPaused ? 0 : Math.Clamp(turn.State.PerRequest.Queued + turn.State.PerRequest.Waiting.Length, 0, Math.Max(0, room));
    }

    private static bool IsOneMissing(Turn turn, int queue)
    {
        int coming = turn.Count(static w => w.IsComing);
        if (coming > Math.Max(1, turn.Policy.Processors)
            || turn.Count(static w => w is { IsLive: false, LetGo: false }) > turn.State.Most + turn.Policy.StandbyCount) // those that do not end must not pile up
        {
            return false;
        }

        int wanted = Math.Max(StandbyReload.Wanted(turn), queue);
        return turn.Count(w => w.IsStandby && StandbyReload.MayStay(turn, w)) < wanted
            || (turn.State.Reload is { } reload && !turn.Workers.Any(w => w.IsLive && w.Generation == reload.Generation)); // it has to be tried
    }

    private static void Start(Turn turn, int slot, int queue)
    {
        turn.Put(new WorkerState(slot, turn.State.Generation, turn.Now) { Reserve = true });
        turn.Do(new PoolAction.Launch(slot, turn.State.Generation, Standby: queue == 0));
        if (queue == 0)
        {
            Leisure.Begin(turn, slot);
        }

        turn.State = turn.State with { NextStartAt = turn.Now + turn.Policy.StartDelay };
        CrashBreaker.Started(turn, slot);
    }

    private static void LetSurplusGo(Turn turn)
    {
        while (turn.State.Reload is null && !turn.State.IsPaused && turn.Count(static w => w.IsStandby) > PerRequest.StandbyOf(turn.State) && LongestFree(turn) is { } worker)
        {
            TimeSpan end = worker.FreeSince + turn.Policy.Demand.IdleTimeout;
            if (end > turn.Now)
            {
                turn.WakeAt(end);
                return;
            }

            turn.TellToLeave(worker with { Activity = worker.Activity with { IdleSince = worker.FreeSince } }, WorkerExitCause.Idle);
        }
    }

    private static WorkerState? LongestFree(Turn turn) => turn.Workers.Where(PerRequest.IsFree).MinBy(static w => w.FreeSince);
}
