namespace ProcManager.Supervision;

/// <summary>
/// All workers together. Over the limit, the largest is asked for a full collection, and goes if it is over after that; nobody else before the next samples have
/// shown what that was good for. When the largest are workers that came for those that went, replacing does not help: it is given up, with an alarm.
/// </summary>
internal static class PoolMemoryWatch
{
    internal static void Judge(Turn turn, long sum)
    {
        MemoryPolicy policy = turn.Policy.Memory;
        if (policy.PoolLimit == 0 || sum <= policy.PoolLimit)
        {
            turn.State = turn.State with { Memory = turn.State.Memory with { SumOver = 0, SumSince = null, SumUseless = 0 } };
            return;
        }

        PoolMemoryState memory = turn.State.Memory with { SumOver = turn.State.Memory.SumOver + 1 };
        turn.State = turn.State with { Memory = memory };
        if (memory.SumOver < policy.Samples || turn.Workers.Any(Goes))
        {
            return;
        }

        WorkerState? largest = turn.Workers
            .Where(w => w is { IsFresh: true, IsServing: true } && turn.Now - w.ServesSince >= policy.MinLifetime)
            .MaxBy(static w => w.Memory.Bytes);
        if (largest is not { AskedFor: null })
        {
            return; // it goes for another reason, in its turn
        }

        if (!MemoryWatch.IsCollected(turn, largest))
        {
            turn.Put(largest with { Memory = largest.Memory with { CollectedAt = turn.Now, Over = 0 } });
            turn.State = turn.State with { Memory = memory with { SumOver = 0 } };
            turn.Do(new PoolAction.Collect(largest.Slot, OfPool: true));
        }
        else if (!memory.SumOff && turn.Now - largest.Memory.CollectedAt >= policy.Interval * policy.Samples)
        {
            Replace(turn, largest, sum);
        }
    }

    private static void Replace(Turn turn, WorkerState largest, long sum)
    {
        PoolMemoryState memory = turn.State.Memory;
        int useless = memory.SumUseless + (largest.ServesSince >= memory.SumSince ? 1 : 0);
        bool alarm = useless >= MemoryWatch.UselessLimit;
        turn.State = turn.State with { Memory = memory with { SumOver = 0, SumSince = memory.SumSince ?? turn.Now, SumUseless = useless, SumOff = alarm } };
        if (alarm)
        {
            turn.Do(new PoolAction.SayRecyclingUseless(useless, sum, OfPool: true));
            return;
        }

        turn.Put(largest with { MemoryShare = sum / (double)turn.Policy.Memory.PoolLimit });
        Recycling.Asks(turn, turn.Find(largest.Slot)!, WorkerExitCause.PoolMemoryLimit);
    }

    /// <summary>It is to go for the sum, or is on its way, and its memory is still in use.</summary>
    private static bool Goes(WorkerState worker) => worker is { AskedFor: WorkerExitCause.PoolMemoryLimit, LetGo: false };
}
