namespace ProcManager.Status;

/// <summary>The pool at one moment, as the renderers show it. What is null is not known to the process that asks.</summary>
internal sealed record PoolReport
{
    internal required DateTimeOffset Time { get; init; }

    /// <summary>The manager's title.</summary>
    internal required string Program { get; init; }

    internal required ManagerReport Manager { get; init; }

    internal required ScoreboardSnapshot Scoreboard { get; init; }

    internal required PoolSizing? Sizing { get; init; }

    /// <summary>How many workers may be wanted; with one request a process: may have a request.</summary>
    internal int? Max { get; init; }

    internal required WorkerCounts Counts { get; init; }

    internal required RateReport Rate { get; init; }

    internal required HealthReport Health { get; init; }

    internal required IReadOnlyList<ListenerReport> Listeners { get; init; }

    internal required IReadOnlyList<WorkerReport> Workers { get; init; }

    internal HistoryReport History { get; init; } = new(0, [], [], []);

    /// <summary>Memory of all workers, in bytes.</summary>
    internal long Memory => Workers.Sum(static w => w.Memory);
}

/// <summary>The manager's process.</summary>
internal sealed record ManagerReport(string? Phase, bool IsInCrashLoop, bool IsPaused, TimeSpan Age, long Memory, TimeSpan Cpu, TimeSpan? StopsIn = null);

/// <summary>One worker: its slot in the scoreboard, and what the kernel says of its process.</summary>
internal sealed record WorkerReport(SlotSnapshot Slot, TimeSpan Age, long Memory, TimeSpan Cpu, TimeSpan? RequestAge = null);

/// <summary>A listening socket. A queue of null is not known.</summary>
internal sealed record ListenerReport(string Name, string Address, int? Queue, int? Backlog);

/// <summary>Requests a second over a time that has passed.</summary>
internal sealed record RateReport(double Requests, TimeSpan Over);

/// <summary>Why one of the two is false, in words.</summary>
internal sealed record HealthReport(bool IsHealthy, bool IsReady, string? Reason);

/// <summary>One value for each interval, the oldest first.</summary>
internal sealed record HistoryReport(int Seconds, IReadOnlyList<long> Requests, IReadOnlyList<long> Memory, IReadOnlyList<long> Exits);

/// <summary>How many workers are in which state.</summary>
internal sealed record WorkerCounts(int All, int Starting, int Standby, int Idle, int Busy, int Leaving)
{
    internal static WorkerCounts Of(IReadOnlyList<SlotSnapshot> slots) => new(
        slots.Count, Count(slots, "Ff"), Count(slots, "s"), Count(slots, ".w"), Count(slots, "rl"), Count(slots, "de"));

    private static int Count(IReadOnlyList<SlotSnapshot> slots, string states) => slots.Count(s => states.Contains(s.State, StringComparison.Ordinal));
}
