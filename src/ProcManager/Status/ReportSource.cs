using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>What the process knows beyond the scoreboard. StopsIn: the pool was told to stop and serves on for so long.</summary>
internal sealed record PoolFacts(string? Phase, bool IsInCrashLoop, PoolSizing? Sizing, MemoryMeasure Measure, bool IsPaused = false, TimeSpan? StopsIn = null, int? Max = null);

/// <summary>Makes a report. In the manager and in workers, on any thread; it asks the shared memory and the kernel, and waits for no other thread.</summary>
internal sealed class ReportSource(string program, Func<ScoreboardSnapshot> scoreboard, Func<PoolFacts> facts, Func<IReadOnlyList<ListenerReport>> listeners, Health health, RequestAges ages)
{
    private readonly MemoryCache _memory = new();

    internal string Program => program;

    internal PoolReport Read(StatusHistory? history = null)
    {
        PoolFacts known = facts();
        ScoreboardSnapshot snapshot = scoreboard();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        _memory.Keep(snapshot.Slots);
        return new PoolReport
        {
            Time = now,
            Program = program,
            Manager = new ManagerReport(
                known.Phase, known.IsInCrashLoop, known.IsPaused, Since(now, snapshot.ManagerStarted), MemoryGauge.Measure(snapshot.ManagerProcessId, MemoryMeasure.Private), ProcFs.Cpu(snapshot.ManagerProcessId), known.StopsIn),
            Scoreboard = snapshot,
            Sizing = known.Sizing,
            Max = known.Max,
            Counts = WorkerCounts.Of(snapshot.Slots),
            Rate = history?.Rate(snapshot.Requests) ?? AverageRate(now, snapshot),
            Health = health.Judge(known, snapshot),
            Listeners = listeners(),
            Workers = [.. snapshot.Slots.Select(s => Describe(s, now, known.Measure))],
            History = history?.Read() ?? new HistoryReport(0, [], [], []),
        };
    }

    /// <summary>What a sample of the history needs.</summary>
    internal (long Requests, long Memory, long Exits) Sample()
    {
        MemoryMeasure measure = facts().Measure;
        ScoreboardSnapshot snapshot = scoreboard();
        ages.See(snapshot.Slots);
        return (snapshot.Requests, snapshot.Slots.Sum(s => MemoryOf(s, measure)), snapshot.Ends);
    }

    internal HealthReport Judge() => health.Judge(facts(), scoreboard());

    private WorkerReport Describe(SlotSnapshot slot, DateTimeOffset now, MemoryMeasure measure) =>
        new(slot, Since(now, slot.Started), MemoryOf(slot, measure), slot.ProcessId > 0 ? ProcFs.Cpu(slot.ProcessId) : default, ages.Of(slot));

    private long MemoryOf(SlotSnapshot slot, MemoryMeasure measure) => slot.ProcessId > 0 ? _memory.Of(slot.ProcessId, measure) : 0;

    private static RateReport AverageRate(DateTimeOffset now, ScoreboardSnapshot snapshot)
    {
        TimeSpan age = Since(now, snapshot.ManagerStarted);
        return new RateReport(age > TimeSpan.Zero ? snapshot.Requests / age.TotalSeconds : 0, age);
    }

    // The clock may have been set meanwhile.
    private static TimeSpan Since(DateTimeOffset now, DateTimeOffset then) => then == default || now < then ? TimeSpan.Zero : now - then;
}
