using System.Diagnostics.Metrics;
using ProcManager.Runtime;

namespace ProcManager.Status;

/// <summary>
/// The pool as the meter <c>ProcManager</c> of System.Diagnostics.Metrics, in the manager; workers have only their own values (<see cref="WorkerMeter"/>): of values that every worker exported, a backend would make N times the sum. What is observed is
/// looked up when an exporter asks, at most once a second.
/// </summary>
internal sealed class PoolMeter : IDisposable
{
    internal const string Name = "ProcManager";

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Meter _meter = new(Name, Handover.LaunchRecord.OwnLibrary);
    private readonly Lock _lock = new();
    private readonly ReportSource _reports;
    private PoolReport? _report;
    private TimeSpan _reportedAt;

    internal PoolMeter(ReportSource reports)
    {
        _reports = reports;
        _meter.CreateObservableGauge("procmanager.workers", Workers, "{worker}", "Workers by state.");
        _meter.CreateObservableGauge("procmanager.workers.target", () => Report().Scoreboard.Target, "{worker}", "How many workers are wanted.");
        _meter.CreateObservableGauge("procmanager.workers.memory", () => Report().Memory, "By", "Memory of all workers, by MemoryMeasure.");
        _meter.CreateObservableGauge("procmanager.generation", () => Report().Scoreboard.Generation, null, "1 at first, one more with each reload.");
        _meter.CreateObservableGauge("procmanager.ready", () => Report().Health.IsReady ? 1 : 0, null, "1 while the pool serves.");
        _meter.CreateObservableGauge("procmanager.queue", Queues, "{connection}", "Connections that wait to be accepted, by listener.");
        _meter.CreateObservableCounter("procmanager.requests", () => Report().Scoreboard.Requests, "{request}", "Requests finished, those of ended workers included.");
        _meter.CreateObservableCounter("procmanager.worker.starts", () => Report().Scoreboard.Starts, "{worker}", "Workers started.");
        _meter.CreateObservableCounter("procmanager.worker.exits", () => Report().Scoreboard.Ends, "{worker}", "Workers ended.");
        _meter.CreateObservableCounter("procmanager.worker.crashes", () => Report().Scoreboard.Crashes, "{worker}", "Ends of workers that nothing asked for.");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Workers()
    {
        WorkerCounts counts = Report().Counts;
        return [Of(counts.Starting, "starting"), Of(counts.Standby, "standby"), Of(counts.Idle, "idle"), Of(counts.Busy, "busy"), Of(counts.Leaving, "leaving")];
    }

    private static Measurement<int> Of(int count, string state) => new(count, new KeyValuePair<string, object?>("state", state));

    private IEnumerable<Measurement<int>> Queues() => Report().Listeners
        .Where(static l => l.Queue is not null)
        .Select(static l => new Measurement<int>(l.Queue!.Value, new KeyValuePair<string, object?>("listener", l.Name)));

    private PoolReport Report()
    {
        lock (_lock)
        {
            if (_report is null || Monotonic.Now - _reportedAt >= Fresh)
            {
                _report = _reports.Read();
                _reportedAt = Monotonic.Now;
            }

            return _report;
        }
    }
}
