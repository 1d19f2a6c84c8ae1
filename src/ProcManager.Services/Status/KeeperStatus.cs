using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ProcManager.Control;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Status;

namespace ProcManager.Services.Status;

/// <summary>The status page of a keeper: the page of a pool with the services alone.</summary>
internal sealed class KeeperStatus(ServiceKeeper keeper) : IStatusContent
{
    private const string Program = "service keeper";

    private readonly ServicesReport _services = new(keeper.Status);

    public TimeSpan NextSampleAt => TimeSpan.MaxValue; // nothing is shown of the past

    public byte[] Page => StatusPage.Bytes;

    public string PageHeaders => StatusPage.Headers;

    public void Sample()
    {
    }

    /// <summary>Ready: every service that is not paused runs.</summary>
    public HealthReport Judge()
    {
        ServiceStatus? down = keeper.Status().FirstOrDefault(static s => s.State != ServiceState.Paused && !ServicesReport.IsUp(s));
        return down is null ? new HealthReport(true, true, null) : new HealthReport(true, false, $"{down.Name} is not up: {down.State}{(down.Reason.Length > 0 ? $", {down.Reason}" : "")}");
    }

    public StatusReport? Report(string path) => path switch
    {
        "/status.json" => new(StatusReport.Json, Json()),
        "/status.txt" => new(StatusReport.Text, Encoding.UTF8.GetBytes(Text())),
        "/metrics" => new(MetricsText.ContentType, Encoding.UTF8.GetBytes(Metrics())),
        _ => null,
    };

    private ReadOnlyMemory<byte> Json()
    {
        HealthReport health = Judge();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var bytes = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, JsonReport.Version);
            json.WriteString("time"u8, now);
            json.WriteString("program"u8, Program);
            json.WriteString("library"u8, PoolControl.Library);
            json.WriteStartObject("manager"u8);
            json.WriteNumber("pid"u8, Environment.ProcessId);
            json.WriteString("started"u8, keeper.StartedAt);
            json.WriteNumber("age"u8, Math.Max(0, Math.Round((now - keeper.StartedAt).TotalSeconds, 3)));
            json.WriteString("phase"u8, "running"u8);
            json.WriteNumber("memory"u8, MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Private));
            json.WriteNumber("cpu"u8, Math.Round(ProcFs.Cpu(Environment.ProcessId).TotalSeconds, 3));
            json.WriteEndObject();
            json.WriteStartObject("health"u8);
            json.WriteBoolean("healthy"u8, health.IsHealthy);
            json.WriteBoolean("ready"u8, health.IsReady);
            json.WriteString("reason"u8, health.Reason);
            json.WriteEndObject();
            _services.WriteJson(json);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    private string Text()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Program} (pid {Environment.ProcessId}), ProcManager {PoolControl.Library}\nhealth:   {Judge().Reason ?? "all services are up"}\n");
        _services.WriteText(text);
        return text.ToString();
    }

    private string Metrics()
    {
        var metrics = new MetricsText();
        metrics.Family("procmanager_keeper_info", MetricsText.Gauge, "The version of the library; always 1.");
        metrics.Sample("procmanager_keeper_info", 1, ("library", PoolControl.Library));
        metrics.One("procmanager_keeper_memory_bytes", MetricsText.Gauge, "Private memory of the keeper's process.", MemoryGauge.Measure(Environment.ProcessId, MemoryMeasure.Private));
        metrics.One("procmanager_keeper_cpu_seconds_total", MetricsText.Counter, "Processor time of the keeper's process.", ProcFs.Cpu(Environment.ProcessId).TotalSeconds);
        _services.WriteMetrics(metrics);
        return metrics.ToString();
    }
}
