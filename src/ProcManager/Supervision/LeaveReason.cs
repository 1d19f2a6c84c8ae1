namespace ProcManager.Supervision;

/// <summary>Why a worker is told to leave or waits to be replaced, with the numbers that belong to the cause; the others are left at their default.</summary>
internal sealed record LeaveReason(WorkerExitCause Cause)
{
    /// <summary>Of the reload, or of the reload that failed.</summary>
    internal int Generation { get; init; }

    /// <summary>How many workers are wanted, of which the worker is one too many.</summary>
    internal int Wanted { get; init; }

    /// <summary>The worker stands by, and so do those that are wanted.</summary>
    internal bool IsStandby { get; init; }

    internal int RequestLimit { get; init; }

    /// <summary>How long the worker was idle or has lived, what processor time it has used, or how long its request takes. Null: not known.</summary>
    internal TimeSpan? Time { get; init; }

    internal TimeSpan TimeLimit { get; init; }

    /// <summary>Of the worker, or of the pool.</summary>
    internal long Bytes { get; init; }

    internal long ByteLimit { get; init; }

    internal static LeaveReason Of(Turn turn, WorkerState worker, WorkerExitCause cause)
    {
        var reason = new LeaveReason(cause);
        PoolPolicy policy = turn.Policy;
        return cause switch
        {
            WorkerExitCause.Reload => reason with { Generation = turn.State.Generation },
            WorkerExitCause.TakenBack => reason with { Generation = worker.Generation },
            WorkerExitCause.Idle => reason with { Time = turn.Now - worker.Activity.IdleSince, Wanted = turn.State.Target },
            WorkerExitCause.ScaledDown => reason with { Wanted = worker.Reserve ? policy.StandbyCount : turn.State.Target, IsStandby = worker.Reserve },
            WorkerExitCause.RequestLimit => reason with { RequestLimit = policy.Recycling.MaxRequests },
            WorkerExitCause.LifetimeLimit => reason with { Time = turn.Now - worker.ServesSince, TimeLimit = policy.Recycling.MaxLifetime ?? default },
            WorkerExitCause.MemoryLimit => reason with { Bytes = worker.Memory.Bytes, ByteLimit = policy.Memory.WorkerLimit },
            WorkerExitCause.PoolMemoryLimit => reason with { Bytes = (long)Math.Round(worker.MemoryShare * policy.Memory.PoolLimit), ByteLimit = policy.Memory.PoolLimit },
            WorkerExitCause.Hung when worker.Hang is { } hang => reason with { Time = turn.Now - hang.Began, TimeLimit = hang.Limit },
            WorkerExitCause.CpuLimit when worker.Rogue is { } rogue => OfRogue(reason, policy.Rogues, rogue),
            _ => reason,
        };
    }

    // The limit of a request counts first, as RogueWatch judges.
    private static LeaveReason OfRogue(LeaveReason reason, RoguePolicy policy, RogueState rogue)
    {
        TimeSpan inRequest = rogue.Cpu - rogue.CpuAtRequest;
        return policy.RequestLimit > TimeSpan.Zero && rogue.Request is not null && inRequest > policy.RequestLimit
            ? reason with { Time = inRequest, TimeLimit = policy.RequestLimit }
            : reason with { Time = rogue.Cpu, TimeLimit = policy.LifeLimit };
    }
}
