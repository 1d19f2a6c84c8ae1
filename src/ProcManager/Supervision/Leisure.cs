namespace ProcManager.Supervision;

/// <summary>
/// A start that nobody waits for takes its time: it runs at a lower priority, so that requests do not wait behind it. Not for ever: on a machine with too much to
/// do it would not end within its timeout. And not once a place is empty, which it could take.
/// </summary>
internal static class Leisure
{
    private static readonly TimeSpan MostOfPool = TimeSpan.FromMinutes(1);

    internal static void Begin(Turn turn, int slot)
    {
        TimeSpan time = Time(turn.Policy, turn.State.Target);
        if (time > TimeSpan.Zero)
        {
            turn.Put(turn.Find(slot)! with { HurriesAt = turn.Now + time });
            turn.Do(new PoolAction.TakeTime(slot));
        }
    }

    internal static void End(Turn turn, int slot)
    {
        if (turn.Find(slot) is { HurriesAt: not null } worker)
        {
            turn.Put(worker with { HurriesAt = null });
            turn.Do(new PoolAction.Hurry(slot));
        }
    }

    internal static void Advance(Turn turn)
    {
        bool isShort = turn.Count(static w => w is { IsInPool: true, IsServing: true }) < turn.State.Target;
        foreach (WorkerState worker in turn.CopyOfWorkers())
        {
            if (worker.HurriesAt is not { } at)
            {
                continue;
            }

            if (at <= turn.Now || (isShort && !worker.Reserve))
            {
                End(turn, worker.Slot);
            }
            else
            {
                turn.WakeAt(at);
            }
        }
    }

    /// <summary>All workers of a reload together are not to take more than a minute longer for it.</summary>
    internal static TimeSpan Time(PoolPolicy policy, int target)
    {
        TimeSpan share = MostOfPool / Math.Max(1, target);
        TimeSpan time = share < policy.StartLeisure ? share : policy.StartLeisure;
        return policy.StartTimeout is { } limit && limit / 4 < time ? limit / 4 : time;
    }
}
