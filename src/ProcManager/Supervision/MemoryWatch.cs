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

    /// <summary>It is old enough, and was found good (below its limit once) or bad (over it even after its own collection).</summary>
    internal bool Judged { get; init; }
}

/// <summary>What the samples of the whole pool have shown.</summary>
internal sealed record PoolMemoryState
{
    internal int Recycled { get; init; }

    /// <summary>Fresh workers that were never below their limit, one after the other.</summary>
    internal int UselessInARow { get; init; }

    /// <summary>Recycling for the limit of a worker was given up until the next reload.</summary>
    internal bool Off { get; init; }

    /// <summary>Samples of the sum over the limit of the pool.</summary>
    internal int SumOver { get; init; }

    /// <summary>Since when workers go for the sum, without its having been below the limit. One that was started later goes in vain.</summary>
    internal TimeSpan? SumSince { get; init; }

    internal int SumUseless { get; init; }

    /// <summary>Recycling for the sum was given up until the next reload.</summary>
    internal bool SumOff { get; init; }
}

/// <summary>
/// Workers that grow. Several samples over the limit: first a full collection; if that did not help, the worker asks to be replaced.
/// When fresh workers are over the limit from the start and after their collection, replacing does not help: it is given up, with an alarm; collections go on.
/// All workers together: <see cref="PoolMemoryWatch"/>.
/// </summary>
internal static class MemoryWatch
{
    internal const int UselessLimit = 3;

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
            if (turn.Find(sample.Slot) is not { } worker)
            {
                continue;
            }

            // Kept for a debugger, or held by the kernel: nobody who goes makes room for these.
            total += worker is { Phase: WorkerPhase.Kept } or { LetGo: true } ? 0 : sample.Memory;
            if (worker is { IsInPool: true, IsServing: true } || PerRequest.IsFreeAgain(worker))
            {
                Judge(turn, worker, sample.Memory);
            }
        }

        PoolMemoryWatch.Judge(turn, total);
    }

    internal static bool IsCollected(Turn turn, WorkerState worker) => worker.Memory.CollectedAt is { } before && turn.Now - before < CollectionHolds;

    private static void Judge(Turn turn, WorkerState worker, long bytes)
    {
        MemoryPolicy policy = turn.Policy.Memory;
        bool over = policy.WorkerLimit > 0 && bytes > policy.WorkerLimit;
        bool young = turn.Now - worker.ServesSince < policy.MinLifetime;
        MemoryState memory = worker.Memory with { Bytes = bytes, Over = over ? worker.Memory.Over + 1 : 0 };
        if (!young && !over && !memory.Judged)
        {
            memory = memory with { Judged = true };
            CountUseless(turn, useless: false, bytes);
        }

        bool forPool = worker.AskedFor == WorkerExitCause.PoolMemoryLimit; // what counts then is the share of the pool
        worker = worker with { Memory = memory, MemoryShare = forPool ? worker.MemoryShare : policy.WorkerLimit > 0 ? bytes / (double)policy.WorkerLimit : 0 };
        turn.Put(worker);
        if (young || memory.Over < policy.Samples || worker.AskedFor is not null)
        {
            return;
        }

        if (!IsCollected(turn, worker))
        {
            turn.Put(worker with { Memory = memory with { CollectedAt = turn.Now, Over = 0 } });
            turn.Do(new PoolAction.Collect(worker.Slot));
            return;
        }

        if (!memory.Judged)
        {
            turn.Put(worker with { Memory = memory with { Judged = true } });
            CountUseless(turn, useless: true, bytes);
        }

        if (!turn.State.Memory.Off)
        {
            turn.State = turn.State with { Memory = turn.State.Memory with { Recycled = turn.State.Memory.Recycled + 1 } };
            Recycling.Asks(turn, turn.Find(worker.Slot)!, WorkerExitCause.MemoryLimit);
        }
    }

    private static void CountUseless(Turn turn, bool useless, long bytes)
    {
        PoolMemoryState memory = turn.State.Memory;
        int inARow = useless && memory.Recycled > 0 ? memory.UselessInARow + 1 : 0;
        bool alarm = inARow >= UselessLimit && !memory.Off;
        turn.State = turn.State with { Memory = memory with { UselessInARow = inARow, Off = memory.Off || alarm } };
        if (alarm)
        {
            turn.Do(new PoolAction.SayRecyclingUseless(inARow, bytes));
        }
    }
}
