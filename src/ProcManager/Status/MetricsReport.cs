using System.Globalization;
using System.Text;
using ProcManager.Handover;

namespace ProcManager.Status;

/// <summary>
/// The report in Prometheus's text format 0.0.4. Of the whole pool: a scrape of one worker would find another worker each time, and its counters would jump. See
/// https://prometheus.io/docs/instrumenting/exposition_formats/.
/// </summary>
internal sealed class MetricsReport
{
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Gauge = "gauge";
    private const string Counter = "counter";

    private readonly StringBuilder _text = new(4096);

    internal static string Write(PoolReport report)
    {
        var metrics = new MetricsReport();
        metrics.WritePool(report);
        metrics.WriteManager(report);
        metrics.WriteListeners(report.Listeners);
        metrics.WriteWorkers(report.Workers);
        return metrics._text.ToString();
    }

    private void WritePool(PoolReport report)
    {
        ScoreboardSnapshot pool = report.Scoreboard;
        Family("procmanager_info", Gauge, "The program and the version of the library; always 1.");
        Sample("procmanager_info", 1, ("program", report.Program), ("library", LaunchRecord.OwnLibrary));
        One("procmanager_healthy", Gauge, "1 while the manager's loop answers.", report.Health.IsHealthy ? 1 : 0);
        One("procmanager_ready", Gauge, "1 while the pool serves requests.", report.Health.IsReady ? 1 : 0);
        One("procmanager_crash_loop", Gauge, "1 while workers end at each start and the manager tries more slowly.", report.Manager.IsInCrashLoop ? 1 : 0);
        One("procmanager_workers_wanted", Gauge, "How many workers are wanted now, without standby workers.", pool.Target);
        Family("procmanager_workers", Gauge, "Workers by state.");
        Sample("procmanager_workers", report.Counts.Starting, ("state", "starting"));
        Sample("procmanager_workers", report.Counts.Standby, ("state", "standby"));
        Sample("procmanager_workers", report.Counts.Idle, ("state", "idle"));
        Sample("procmanager_workers", report.Counts.Busy, ("state", "busy"));
        Sample("procmanager_workers", report.Counts.Leaving, ("state", "leaving"));
        One("procmanager_generation", Gauge, "1 at first, one more with each reload.", pool.Generation);
        Family("procmanager_reload", Gauge, "The state of the last reload: 1 for the state that holds.");
        foreach (ReloadStatus status in Enum.GetValues<ReloadStatus>())
        {
            Sample("procmanager_reload", pool.Reload == status ? 1 : 0, ("state", JsonReport.Lower(status)));
        }

        One("procmanager_requests_total", Counter, "Requests finished, with those of workers that have ended.", pool.Requests);
        One("procmanager_worker_starts_total", Counter, "Workers started.", pool.Starts);
        One("procmanager_worker_exits_total", Counter, "Workers ended.", pool.Ends);
        One("procmanager_worker_crashes_total", Counter, "Workers that ended unasked.", pool.Crashes);
        One("procmanager_workers_memory_bytes", Gauge, "Memory of all workers, by MemoryMeasure.", report.Memory);
    }

    private void WriteManager(PoolReport report)
    {
        One("procmanager_manager_start_time_seconds", Gauge, "When the manager began, in seconds since 1970.", report.Scoreboard.ManagerStarted.ToUnixTimeMilliseconds() / 1000.0);
        One("procmanager_manager_memory_bytes", Gauge, "Private memory of the manager.", report.Manager.Memory);
        One("procmanager_manager_cpu_seconds_total", Counter, "Processor time of the manager.", report.Manager.Cpu.TotalSeconds);
    }

    private void WriteListeners(IReadOnlyList<ListenerReport> listeners)
    {
        Family("procmanager_listener_queue", Gauge, "Connections that wait to be accepted.");
        foreach (ListenerReport listener in listeners.Where(static l => l.Queue is not null))
        {
            Sample("procmanager_listener_queue", listener.Queue!.Value, ("listener", listener.Name));
        }

        Family("procmanager_listener_backlog", Gauge, "How many connections may wait.");
        foreach (ListenerReport listener in listeners.Where(static l => l.Backlog is not null))
        {
            Sample("procmanager_listener_backlog", listener.Backlog!.Value, ("listener", listener.Name));
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
        Family(name, type, help);
        foreach (WorkerReport worker in workers)
        {
            Sample(name, value(worker), ("slot", worker.Slot.Slot.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private void One(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    private void Family(string name, string type, string help) => _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value)).Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escaped(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
