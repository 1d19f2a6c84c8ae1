using ProcManager.Diagnostics;
using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>Whether the manager works, and whether the pool serves.</summary>
/// <param name="busySince">When the manager's loop began with what it is doing now; null: it waits for something to happen.</param>
internal sealed class Health(Func<TimeSpan?> busySince)
{
    /// <summary>A handler of the host's may be slow, and the start of many workers takes its time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal HealthReport Judge(PoolFacts facts, ScoreboardSnapshot pool)
    {
        if (busySince() is { } since && Monotonic.Now - since is var busy && busy > Patience)
        {
            return new HealthReport(false, false, $"the manager's loop has not come back for {Words.Time(busy)}; a handler of an event may block it");
        }

        return WhyNotReady(facts, pool) is { } reason ? new HealthReport(true, false, reason) : new HealthReport(true, true, null);
    }

    private static string? WhyNotReady(PoolFacts facts, ScoreboardSnapshot pool)
    {
        if (facts.Phase == StatusPhases.Stopping)
        {
            return "the pool is stopping";
        }

        if (facts.StopsIn is { } left)
        {
            return $"stopping in {Words.Time(left)}, still serving";
        }

        if (facts.IsPaused)
        {
            return "an operator has paused the pool: new connections wait in the queue";
        }

        if (pool.Slots.Any(static s => s.State is '.' or 'w' or 'r' or 'l'))
        {
            return null;
        }

        return facts.IsInCrashLoop ? "no worker serves: workers end at each start (crash loop)"
            : facts.Sizing is PoolSizing.OnDemand or PoolSizing.PerRequest ? null // the first connection starts one
            : pool.Starts == 0 || pool.Slots.Any(static s => s.State is 'F' or 'f') ? "no worker serves yet"
            : "no worker serves";
    }
}

/// <summary>The phases of a pool in words.</summary>
internal static class StatusPhases
{
    internal const string Starting = "starting";
    internal const string Running = "running";
    internal const string Draining = "draining";
    internal const string Stopping = "stopping";
}
