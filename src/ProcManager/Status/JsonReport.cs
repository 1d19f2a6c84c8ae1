using System.Buffers;
using System.Text.Json;
using ProcManager.Handover;

namespace ProcManager.Status;

/// <summary>The report as JSON; docs/status.md describes each field. The version goes up when a field changes its meaning or goes away.</summary>
internal static class JsonReport
{
    internal const int Version = 1;

    internal static void Write(IBufferWriter<byte> output, PoolReport report, IEnumerable<IStatusPart>? parts = null)
    {
        using var json = new Utf8JsonWriter(output);
        Write(json, report, parts);
    }

    internal static void Write(Utf8JsonWriter json, PoolReport report, IEnumerable<IStatusPart>? parts = null)
    {
        json.WriteStartObject();
        json.WriteNumber("version"u8, Version);
        json.WriteString("time"u8, report.Time);
        json.WriteString("program"u8, report.Program);
        json.WriteString("library"u8, LaunchRecord.OwnLibrary);
        WriteManager(json, report);
        WritePool(json, report);
        WriteTotals(json, report);
        WriteReload(json, report);
        json.WriteStartObject("health"u8);
        json.WriteBoolean("healthy"u8, report.Health.IsHealthy);
        json.WriteBoolean("ready"u8, report.Health.IsReady);
        json.WriteString("reason"u8, report.Health.Reason);
        json.WriteEndObject();
        WriteListeners(json, report);
        WriteWorkers(json, report);
        WriteExits(json, report);
        WriteHistory(json, report.History);
        foreach (IStatusPart part in parts ?? [])
        {
            part.WriteJson(json);
        }

        json.WriteEndObject();
    }

    private static void WriteManager(Utf8JsonWriter json, PoolReport report)
    {
        json.WriteStartObject("manager"u8);
        json.WriteNumber("pid"u8, report.Scoreboard.ManagerProcessId);
        json.WriteString("started"u8, report.Scoreboard.ManagerStarted);
        Seconds(json, "age"u8, report.Manager.Age);
        json.WriteString("phase"u8, report.Manager.Phase);
        SecondsOrNull(json, "stopsIn"u8, report.Manager.StopsIn);
        json.WriteNumber("memory"u8, report.Manager.Memory);
        Seconds(json, "cpu"u8, report.Manager.Cpu);
        json.WriteEndObject();
    }

    private static void WritePool(Utf8JsonWriter json, PoolReport report)
    {
        json.WriteStartObject("pool"u8);
        json.WriteString("states"u8, report.Scoreboard.States);
        json.WriteNumber("generation"u8, report.Scoreboard.Generation);
        json.WriteNumber("target"u8, report.Scoreboard.Target);
        NumberOrNull(json, "max"u8, report.Max);
        json.WriteString("sizing"u8, report.Sizing?.ToString());
        json.WriteBoolean("crashLoop"u8, report.Manager.IsInCrashLoop);
        json.WriteBoolean("paused"u8, report.Manager.IsPaused);
        json.WriteNumber("memory"u8, report.Memory);
        json.WriteNumber("workers"u8, report.Counts.All);
        json.WriteNumber("starting"u8, report.Counts.Starting);
        json.WriteNumber("standby"u8, report.Counts.Standby);
        json.WriteNumber("idle"u8, report.Counts.Idle);
        json.WriteNumber("busy"u8, report.Counts.Busy);
        json.WriteNumber("leaving"u8, report.Counts.Leaving);
        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, PoolReport report)
    {
        json.WriteStartObject("totals"u8);
        json.WriteNumber("requests"u8, report.Scoreboard.Requests);
        json.WriteNumber("starts"u8, report.Scoreboard.Starts);
        json.WriteNumber("exits"u8, report.Scoreboard.Ends);
        json.WriteNumber("crashes"u8, report.Scoreboard.Crashes);
        json.WriteEndObject();
        json.WriteStartObject("rates"u8);
        json.WriteNumber("requests"u8, Math.Round(report.Rate.Requests, 2));
        Seconds(json, "seconds"u8, report.Rate.Over);
        json.WriteEndObject();
    }

    private static void WriteReload(Utf8JsonWriter json, PoolReport report)
    {
        ScoreboardSnapshot pool = report.Scoreboard;
        json.WriteStartObject("reload"u8);
        json.WriteString("state"u8, Lower(pool.Reload));
        json.WriteString("reason"u8, pool.ReloadReason);
        bool runs = pool.Reload == ReloadStatus.Running;
        NumberOrNull(json, "replaced"u8, runs ? pool.Slots.Count(s => s.Generation == pool.Generation && s.State is '.' or 'w' or 'r' or 'l') : null);
        NumberOrNull(json, "of"u8, runs && report.Sizing != PoolSizing.PerRequest ? pool.Target : null);
        json.WriteEndObject();
    }

    private static void WriteListeners(Utf8JsonWriter json, PoolReport report)
    {
        json.WriteStartArray("listeners"u8);
        foreach (ListenerReport listener in report.Listeners)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, listener.Name);
            json.WriteString("address"u8, listener.Address);
            NumberOrNull(json, "queue"u8, listener.Queue);
            NumberOrNull(json, "backlog"u8, listener.Backlog);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteWorkers(Utf8JsonWriter json, PoolReport report)
    {
        json.WriteStartArray("workers"u8);
        foreach (WorkerReport worker in report.Workers)
        {
            SlotSnapshot slot = worker.Slot;
            json.WriteStartObject();
            json.WriteNumber("slot"u8, slot.Slot);
            json.WriteNumber("pid"u8, slot.ProcessId);
            json.WriteNumber("generation"u8, slot.Generation);
            json.WriteString("state"u8, [slot.State]);
            json.WriteString("meaning"u8, StateLetters.Meaning(slot.State));
            json.WriteString("started"u8, slot.Started);
            Seconds(json, "age"u8, worker.Age);
            json.WriteNumber("requests"u8, slot.Requests);
            json.WriteNumber("active"u8, slot.Active);
            json.WriteNumber("requestNumber"u8, slot.RequestNumber);
            json.WriteNumber("connections"u8, slot.Connections);
            json.WriteNumber("memory"u8, worker.Memory);
            Seconds(json, "cpu"u8, worker.Cpu);
            json.WriteString("request"u8, slot.Request);
            json.WriteString("client"u8, slot.Client);
            SecondsOrNull(json, "requestAge"u8, worker.RequestAge);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteExits(Utf8JsonWriter json, PoolReport report)
    {
        json.WriteStartArray("exits"u8);
        foreach (WorkerEnd end in report.Scoreboard.LastEnds)
        {
            WorkerExit exit = end.Exit;
            json.WriteStartObject();
            json.WriteString("time"u8, end.Ended);
            json.WriteNumber("slot"u8, exit.Slot);
            json.WriteNumber("pid"u8, exit.ProcessId);
            json.WriteNumber("generation"u8, exit.Generation);
            json.WriteString("how"u8, exit.HowItEnded);
            NumberOrNull(json, "code"u8, exit.ExitCode);
            NumberOrNull(json, "signal"u8, exit.Signal);
            json.WriteBoolean("core"u8, exit.CoreDumped);
            json.WriteString("cause"u8, exit.Cause.ToString());
            Seconds(json, "age"u8, exit.Age);
            json.WriteNumber("requests"u8, exit.Requests);
            Seconds(json, "cpu"u8, exit.UserTime + exit.SystemTime);
            json.WriteNumber("peakMemory"u8, exit.PeakMemory);
            json.WriteString("lastRequest"u8, end.LastRequest);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteHistory(Utf8JsonWriter json, HistoryReport history)
    {
        json.WriteStartObject("history"u8);
        json.WriteNumber("seconds"u8, history.Seconds);
        Numbers(json, "requests"u8, history.Requests);
        Numbers(json, "memory"u8, history.Memory);
        Numbers(json, "exits"u8, history.Exits);
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    internal static string Lower(ReloadStatus status) => status switch
    {
        ReloadStatus.Running => "running",
        ReloadStatus.Succeeded => "succeeded",
        ReloadStatus.Failed => "failed",
        ReloadStatus.Abandoned => "abandoned",
        _ => "none",
    };

    private static void Seconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan time) => json.WriteNumber(name, Math.Round(time.TotalSeconds, 3));

    private static void SecondsOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, TimeSpan? time)
    {
        if (time is { } known)
        {
            Seconds(json, name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void NumberOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
