using System.Globalization;
using System.Text;
using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Status;

namespace ProcManager.Services.Status;

/// <summary>The services of a keeper in the reports of a status page: on the keeper's own, and on that of a pool whose manager runs the keeper. Any thread.</summary>
internal sealed class ServicesReport(Func<IReadOnlyList<ServiceStatus>> services) : IStatusPart
{
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteStartArray("services"u8);
        foreach (ServiceStatus service in services())
        {
            json.WriteStartObject();
            Write(json, service);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The properties of one service.</summary>
    internal static void Write(Utf8JsonWriter json, ServiceStatus service)
    {
        json.WriteString("name"u8, service.Name);
        json.WriteString("kind"u8, service.Kind.ToString());
        json.WriteString("state"u8, service.State.ToString());
        bool isKnown = service.Since != default; // otherwise a keeper was killed, and has left neither
        if (isKnown)
        {
            json.WriteString("since"u8, service.Since);
        }

        if (service.Pid is { } pid)
        {
            json.WriteNumber("pid"u8, pid);
        }

        if (isKnown)
        {
            json.WriteNumber("restarts"u8, service.Restarts);
        }

        json.WriteString("reason"u8, service.Reason);
        if (service.LastDeath is { } death)
        {
            json.WriteStartObject("lastDeath"u8);
            json.WriteString("at"u8, death.At);
            json.WriteString("reason"u8, death.Reason);
            if (death.Snapshot is { } snapshot)
            {
                json.WriteString("snapshot"u8, snapshot);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>What <see cref="Write(Utf8JsonWriter, ServiceStatus)"/> has written.</summary>
    internal static ServiceStatus Read(JsonElement json)
    {
        static string Text(JsonElement of, string name) => of.GetProperty(name).GetString() ?? "";
        ServiceDeath? death = json.TryGetProperty("lastDeath"u8, out JsonElement last)
            ? new ServiceDeath(last.GetProperty("at"u8).GetDateTimeOffset(), Text(last, "reason"), last.TryGetProperty("snapshot"u8, out JsonElement snapshot) ? snapshot.GetString() : null)
            : null;
        return new ServiceStatus(
            Text(json, "name"), Enum.Parse<ServiceKind>(Text(json, "kind")), Enum.Parse<ServiceState>(Text(json, "state")), json.GetProperty("since"u8).GetDateTimeOffset(),
            json.TryGetProperty("pid"u8, out JsonElement pid) ? pid.GetInt32() : null, json.GetProperty("restarts"u8).GetInt64(), Text(json, "reason"), death);
    }

    public void WriteText(StringBuilder text)
    {
        IReadOnlyList<ServiceStatus> all = services();
        int width = all.Select(static s => s.Name.Length).DefaultIfEmpty().Max();
        text.Append("\nservices:\n");
        foreach (ServiceStatus service in all)
        {
            string pid = service.Pid is { } known ? string.Create(CultureInfo.InvariantCulture, $", pid {known}") : "";
            string death = service.LastDeath is { } last ? $"; last death {Utc(last.At)}: {Printable.Of(last.Reason)}" : "";
            string reason = service.Reason.Length > 0 ? $": {Printable.Of(service.Reason)}" : "";
            text.Append(CultureInfo.InvariantCulture, $"  {service.Name.PadRight(width)}  {service.State} since {Utc(service.Since)}{pid}, {service.Restarts} {Words.Of(service.Restarts, "restart")}{reason}{death}\n");
        }
    }

    public void WriteMetrics(MetricsText metrics)
    {
        IReadOnlyList<ServiceStatus> all = services();
        metrics.Family("procmanager_service_up", MetricsText.Gauge, "1 while the service runs.");
        foreach (ServiceStatus service in all)
        {
            metrics.Sample("procmanager_service_up", IsUp(service) ? 1 : 0, ("service", service.Name));
        }

        metrics.Family("procmanager_service_state", MetricsText.Gauge, "The state of the service: 1 for the state that holds.");
        foreach (ServiceStatus service in all)
        {
            metrics.Sample("procmanager_service_state", 1, ("service", service.Name), ("state", service.State.ToString()));
        }

        metrics.Family("procmanager_service_restarts_total", MetricsText.Counter, "Restarts of the service by this keeper.");
        foreach (ServiceStatus service in all)
        {
            metrics.Sample("procmanager_service_restarts_total", service.Restarts, ("service", service.Name));
        }

        metrics.Family("procmanager_service_since_seconds", MetricsText.Gauge, "Since when the service is in its state, in seconds since 1970.");
        foreach (ServiceStatus service in all)
        {
            metrics.Sample("procmanager_service_since_seconds", service.Since.ToUnixTimeMilliseconds() / 1000.0, ("service", service.Name));
        }
    }

    /// <summary>A time as the logs have it, to the second.</summary>
    internal static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal static bool IsUp(ServiceStatus service) => service.State is ServiceState.Up or ServiceState.Failing;
}
