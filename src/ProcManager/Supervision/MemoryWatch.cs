namespace ProcManager.Supervision;

/// <summary>What the samples of one worker's memory have shown.</summary>
internal sealed record MemoryState
{
    internal static MemoryState None { get; } = new();

    /// <summary>Samples over the limit, one after the other.</summary>
    internal int Over { get; init; }

    internal long Bytes { get; init; }

    /// <summary>When it was last asked for a full collection.</summary>
    internal TimeSpan? CollectedAt { get; init; }

    /// <summary>It is old enough, and was found good or bad.</summary>
    internal bool Judged { get; init; }
}

/// <summary>What the samples of the whole pool have shown.</summary>
internal sealed record PoolMemoryState
{
    internal int Over { get; init; }

    internal int Recycled { get; init; }

    /// <summary>Fresh workers over the limit as soon as they were old enough, one after the other.</summary>
    internal int UselessInARow { get; init; }

    /// <summary>Recycling for memory was given up until the next reload.</summary>
    internal bool Off { get; init; }
}

/// <summary>
/// Workers that grow. Several samples over the limit: first a full collection; if that did not help, the worker asks to be replaced.
/// When fresh workers are over the limit as soon as they may be judged, replacing does not help: it is given up, with an alarm.
/// </summary>
internal static class MemoryWatch
{
    private const int UselessLimit = 3;

    /// <summary>One that grows again within this after a collection is not helped by the next one.</summary>
    private static readonly TimeSpan CollectionHolds = TimeSpan.FromMinutes(10);

    internal static void Looked(Turn turn, ManagerEvent.Looked looked)
    {
        if (turn.State.Phase != PoolPhase.Running)
        {
            return;
        }

        long total = 0;
        foreach (WorkerSample sample in looked.Samples)
        {
            total += sample.Memory;
            if (turn.Find(sample.Slot) is { IsInPool: true, IsServing: true } worker)
            {
                Judge(turn, worker, sample.Memory);
            }
        }

        JudgePool(turn, total);
    }

    private static void Judge(Turn turn, WorkerState worker, long bytes)
    {
        MemoryPolicy policy = turn.Policy.Memory;
        bool over = policy.WorkerLimit > 0 && bytes > policy.WorkerLimit;
        bool young = turn.Now - worker.ServesSince < policy.MinLifetime;
        MemoryState memory = worker.Memory with { Bytes = bytes, Over = over ? worker.Memory.Over + 1 : 0 };
        if (!young && !memory.Judged)
        {
            memory = memory with { Judged = true };
            CountUseless(turn, over, bytes);
        }

        bool forPool = worker.AskedFor == WorkerExitCause.PoolMemoryLimit; // what counts then is the share of the pool
        worker = worker with { Memory = memory, MemoryShare = forPool ? worker.MemoryShare : policy.WorkerLimit > 0 ? bytes / (double)policy.WorkerLimit : 0 };
        turn.Put(worker);
        if (young || memory.Over < policy.Samples || turn.State.Memory.Off || worker.AskedFor is not null)
        {
            return;
        }

        if (memory.CollectedAt is { } before && turn.Now - before < CollectionHolds)
        {
            turn.State = turn.State with { Memory = turn.State.Memory with { Recycled = turn.State.Memory.Recycled + 1 } };
            Recycling.Asks(turn, worker, WorkerExitCause.MemoryLimit, worker.MemoryShare);
        }
        else
        {
            turn.Put(worker with { Memory = memory with { CollectedAt = turn.Now, Over = 0 } });
            turn.Do(new PoolAction.Collect(worker.Slot));
        }
    }

    private static void CountUseless(Turn turn, bool over, long bytes)
    {
        PoolMemoryState memory = turn.State.Memory;
        int useless = over && memory.Recycled > 0 ? memory.UselessInARow + 1 : 0;
        bool alarm = useless >= UselessLimit && !memory.Off;
        turn.State = turn.State with { Memory = memory with { UselessInARow = useless, Off = memory.Off || alarm } };
        if (alarm)
        {
            turn.Do(new PoolAction.SayRecyclingUseless(useless, bytes));
        }
    }

    /// <summary>The largest goes, and nobody else before the next samples have shown what that was good for.</summary>
    private static void JudgePool(Turn turn, long total)
    {
        MemoryPolicy policy = turn.Policy.Memory;
        PoolMemoryState memory = turn.State.Memory;
        int over = policy.PoolLimit > 0 && total > policy.PoolLimit ? memory.Over + 1 : 0;
        turn.State = turn.State with { Memory = memory with { Over = over } };
        if (over < policy.Samples || memory.Off || turn.Workers.Any(static w => w.AskedFor == WorkerExitCause.PoolMemoryLimit || w.LeaveCause == WorkerExitCause.PoolMemoryLimit))
        {
            return;
        }

        WorkerState? largest = turn.Workers
            .Where(w => w is { IsFresh: true, IsServing: true } && turn.Now - w.ServesSince >= policy.MinLifetime)
            .MaxBy(static w => w.Memory.Bytes);
        if (largest is not null)
        {
            turn.State = turn.State with { Memory = turn.State.Memory with { Over = 0 } };
            turn.Put(largest with { MemoryShare = total / (double)policy.PoolLimit });
            Recycling.Asks(turn, turn.Find(largest.Slot)!, WorkerExitCause.PoolMemoryLimit, total / (double)policy.PoolLimit);
        }
    }
}
