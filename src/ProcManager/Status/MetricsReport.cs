using System.Globalization;
using ProcManager.Handover;

namespace ProcManager.Status;

/// <summary>
/// The report as metrics. Of the whole pool: a scrape of one worker would find another worker each time, and its counters would jump.
/// </summary>
internal sealed class MetricsReport
{
    private const string Gauge = MetricsText.Gauge;
    private const string Counter = MetricsText.Counter;

    private readonly MetricsText _text = new();

    internal static string Write(PoolReport report, IEnumerable<IStatusPart>? parts = null)
    {
        var metrics = new MetricsReport();
        metrics.WritePool(report);
        metrics.WriteManager(report);
        metrics.WriteListeners(report.Listeners);
        metrics.WriteWorkers(report.Workers);
        foreach (IStatusPart part in parts ?? [])
        {
            part.WriteMetrics(metrics._text);
        }

        return metrics._text.ToString();
    }

    private void WritePool(PoolReport report)
    {
        ScoreboardSnapshot pool = report.Scoreboard;
        _text.Family("procmanager_info", Gauge, "The program and the version of the library; always 1.");
        _text.Sample("procmanager_info", 1, ("program", report.Program), ("library", LaunchRecord.OwnLibrary));
        _text.One("procmanager_healthy", Gauge, "1 while the manager's loop answers.", report.Health.IsHealthy ? 1 : 0);
        _text.One("procmanager_ready", Gauge, "1 while the pool serves requests.", report.Health.IsReady ? 1 : 0);
        _text.One("procmanager_crash_loop", Gauge, "1 while workers end at each start and the manager tries more slowly.", report.Manager.IsInCrashLoop ? 1 : 0);
        _text.One("procmanager_workers_wanted", Gauge, "How many workers are wanted now, without standby workers.", pool.Target);
        _text.Family("procmanager_workers", Gauge, "Workers by state.");
        _text.Sample("procmanager_workers", report.Counts.Starting, ("state", "starting"));
        _text.Sample("procmanager_workers", report.Counts.Standby, ("state", "standby"));
        _text.Sample("procmanager_workers", report.Counts.Idle, ("state", "idle"));
        _text.Sample("procmanager_workers", report.Counts.Busy, ("state", "busy"));
        _text.Sample("procmanager_workers", report.Counts.Leaving, ("state", "leaving"));
        _text.One("procmanager_generation", Gauge, "1 at first, one more with each reload.", pool.Generation);
        _text.Family("procmanager_reload", Gauge, "The state of the last reload: 1 for the state that holds.");
        foreach (ReloadStatus status in Enum.GetValues<ReloadStatus>())
        {
            _text.Sample("procmanager_reload", pool.Reload == status ? 1 : 0, ("state", JsonReport.Lower(status)));
        }

        _text.One("procmanager_requests_total", Counter, "Requests finished, with those of workers that have ended.", pool.Requests);
        _text.One("procmanager_worker_starts_total", Counter, "Workers started.", pool.Starts);
        _text.One("procmanager_worker_exits_total", Counter, "Workers ended.", pool.Ends);
        _text.One("procmanager_worker_crashes_total", Counter, "Workers that ended unasked.", pool.Crashes);
        _text.One("procmanager_workers_memory_bytes", Gauge, "Memory of all workers, by MemoryMeasure.", report.Memory);
    }

    private void WriteManager(PoolReport report)
    {
        _text.One("procmanager_manager_start_time_seconds", Gauge, "When the manager began, in seconds since 1970.", report.Scoreboard.ManagerStarted.ToUnixTimeMilliseconds() / 1000.0);
        _text.One("procmanager_manager_memory_bytes", Gauge, "Private memory of the manager.", report.Manager.Memory);
        _text.One("procmanager_manager_cpu_seconds_total", Counter, "Processor time of the manager.", report.Manager.Cpu.TotalSeconds);
    }

    private void WriteListeners(IReadOnlyList<ListenerReport> listeners)
    {
        _text.Family("procmanager_listener_queue", Gauge, "Connections that wait to be accepted.");
        foreach (ListenerReport listener in listeners.Where(static l => l.Queue is not null))
        {
            _text.Sample("procmanager_listener_queue", listener.Queue!.Value, ("listener", listener.Name));
        }

        _text.Family("procmanager_listener_backlog", Gauge, "How many connections may wait.");
        foreach (ListenerReport listener in listeners.Where(static l => l.Backlog is not null))
        {
            _text.Sample("procmanager_listener_backlog", listener.Backlog!.Value, ("listener", listener.Name));
        }
    }

    // By slot, not by pid: each worker would leave a series of its own behind. A counter that begins anew is what Prometheus expects of a restart.
    private void WriteWorkers(IReadOnlyList<WorkerReport> workers)
    {
        Each("procmanager_worker_requests_total", Counter, "Requests finished by the worker in this slot.", workers, static w => w.Slot.Requests);
        Each("procmanager_worker_active_requests", Gauge, "Requests under way.", workers, static w => w.Slot.Active);
        Each("procmanager_worker_connections", Gauge, "Open connections.", workers, static w => w.Slot.Connections);
        Each("procmanager_worker_memory_bytes", Gauge, "Memory, by MemoryMeasure.", workers, static w => w.Memory);
        Each("procmanager_worker_cpu_seconds_total", Counter, "Processor time.", workers, static w => w.Cpu.TotalSeconds);
        Each("procmanager_worker_age_seconds", Gauge, "How long the worker has lived.", workers, static w => Math.Round(w.Age.TotalSeconds, 3));
    }

    private void Each(string name, string type, string help, IReadOnlyList<WorkerReport> workers, Func<WorkerReport, double> value)
    {
        _text.Family(name, type, help);
        foreach (WorkerReport worker in workers)
        {
            _text.Sample(name, value(worker), ("slot", worker.Slot.Slot.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
