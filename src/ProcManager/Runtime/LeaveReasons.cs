using ProcManager.Diagnostics;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>The reason why a worker leaves, in words.</summary>
internal static class LeaveReasons
{
    /// <summary>Stands behind "draining".</summary>
    internal static string Of(LeaveReason reason, long requests) => reason.Cause switch
    {
        WorkerExitCause.Reload => $"for the reload to generation {reason.Generation}",
        WorkerExitCause.TakenBack => $"for the failed reload to generation {reason.Generation}",
        WorkerExitCause.Stopped => "for the stop",
        WorkerExitCause.Recycled => "since an operator asked for its replacement",
        _ => $"({Short(reason, requests)})",
    };

    /// <summary>What was measured, and of what.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="requests">How many requests the worker has finished.</param>
    internal static string Short(LeaveReason reason, long requests) => reason.Cause switch
    {
        WorkerExitCause.RequestLimit => $"{requests} of {reason.RequestLimit} {Words.Of(reason.RequestLimit, "request")}",
        WorkerExitCause.LifetimeLimit => $"age {Measured(reason)}",
        WorkerExitCause.MemoryLimit => $"memory {Words.Memory(reason.Bytes)} of {Words.Memory(reason.ByteLimit)}",
        WorkerExitCause.PoolMemoryLimit => $"memory of the pool {Words.Memory(reason.Bytes)} of {Words.Memory(reason.ByteLimit)}",
        WorkerExitCause.CpuLimit => $"processor time {Measured(reason)}",
        WorkerExitCause.Hung => $"hung request, {Measured(reason)}",
        WorkerExitCause.Idle when reason.Time is { } idle => $"idle for {Words.Time(idle)}",
        WorkerExitCause.Idle or WorkerExitCause.ScaledDown => $"one too many: {reason.Wanted} {(reason.IsStandby ? "standby " : "")}{Words.Of(reason.Wanted, "worker")} {Words.Are(reason.Wanted)} wanted",
        _ => reason.Cause.ToString(),
    };

    private static string Measured(LeaveReason reason) => $"{Words.Time(reason.Time ?? default)} of {Words.Time(reason.TimeLimit)}";
}
