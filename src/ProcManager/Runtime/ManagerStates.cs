using ProcManager.Handover;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>Between what the brain knows and what passes over in a restart in place. Samples of workers do not pass over: the next manager takes new ones.</summary>
internal static class ManagerStates
{
    /// <param name="pool">What the brain knows.</param>
    /// <param name="processOf">The process of the worker in a slot; null: it has none.</param>
    internal static ManagerState Of(PoolState pool, Func<int, WorkerHandle?> processOf) => new()
    {
        Workers = [.. pool.Workers.Select(w => Of(w, processOf(w.Slot))).OfType<ManagerState.WorkerLeft>()],
        Generation = pool.Generation,
        Target = pool.Target,
        Max = pool.Most,
        MaxByOptions = pool.Policy.Demand.Most,
        Sizing = pool.Policy.Demand.Sizing.ToString(),
        EverReady = pool.EverReady,
        EverServed = pool.EverServed,
        ReadyAnnounced = pool.ReadyAnnounced,
        IsPaused = pool.IsPaused,
    };

    /// <summary>A number of workers that was changed at run time stays; one that the options have changed since counts.</summary>
    internal static PoolState PoolOf(ManagerState left, PoolPolicy policy)
    {
        PoolState first = PoolState.Initial(policy);
        bool isSame = left.Sizing == policy.Demand.Sizing.ToString() && (left.MaxByOptions == policy.Demand.Most || left.Max != left.MaxByOptions);
        return first with
        {
            Workers = [.. left.Workers.OrderBy(static w => w.Slot).Select(Of)],
            Generation = left.Generation,
            Target = isSame ? Math.Clamp(left.Target, 0, left.Max) : first.Target,
            Most = isSame ? left.Max : first.Most,
            EverReady = left.EverReady,
            EverServed = left.EverServed,
            ReadyAnnounced = left.ReadyAnnounced,
            IsPaused = left.IsPaused,
        };
    }

    private static ManagerState.WorkerLeft? Of(WorkerState worker, WorkerHandle? process) => process is null ? null : new(worker.Slot, worker.Generation, process.Pid, process.Lifeline, worker.StartedAt, worker.Phase.ToString())
    {
        HasRequest = worker.HasRequest,
        FreeSince = worker.FreeSince,
        Channels = [.. process.Channels.Select(static c => new ManagerState.ChannelLeft(c.Listener, c.Ours, c.Theirs))],
        EverReady = worker.EverReady,
        Standby = worker.Reserve,
        Deadline = worker.Deadline,
        PriorityRestoredAt = worker.HurriesAt,
        ReadySince = worker.ReadySince,
        ServingSince = worker.ServesSince,
        AskedFor = worker.AskedFor?.ToString(),
        AskedAt = worker.AskedAt,
        LeaveCause = worker.LeaveCause?.ToString(),
        LeavesForReload = worker.LeavesForReload,
        IsCrashing = worker.IsCrashing,
        FailureCounted = worker.FailureCounted,
        AbandonedAfterKill = worker.LetGo,
        IsWrittenOff = worker.IsWrittenOff,
    };

    private static WorkerState Of(ManagerState.WorkerLeft left) => new(left.Slot, left.Generation, left.StartedAt)
    {
        // A phase that this version does not know is a later version's way to serve.
        Phase = Enum.TryParse(left.Phase, out WorkerPhase phase) ? phase : WorkerPhase.Serving,
        EverReady = left.EverReady,
        HasRequest = left.HasRequest,
        FreeSince = left.FreeSince,
        Reserve = left.Standby,
        Deadline = left.Deadline,
        HurriesAt = left.PriorityRestoredAt,
        ReadySince = left.ReadySince,
        ServesSince = left.ServingSince,
        AskedFor = CauseOf(left.AskedFor),
        AskedAt = left.AskedAt,
        LeaveCause = CauseOf(left.LeaveCause),
        LeavesForReload = left.LeavesForReload,
        IsCrashing = left.IsCrashing,
        FailureCounted = left.FailureCounted,
        LetGo = left.AbandonedAfterKill,
        IsWrittenOff = left.IsWrittenOff,
    };

    private static WorkerExitCause? CauseOf(string? name) => name is null ? null : Enum.TryParse(name, out WorkerExitCause cause) ? cause : WorkerExitCause.Unknown;
}
