using System.Text.Json;

namespace ProcManager.Control;

/// <summary>Something that has happened to the pool, for those that follow it over the control socket.</summary>
internal sealed record PoolEvent(string Name)
{
    internal const string ReloadBegan = "reload-began";
    internal const string ReloadFinished = "reload-finished";
    internal const string Stopping = "stopping";
    internal const string WorkerReady = "worker-ready";
    internal const string WorkerExited = "worker-exited";

    internal DateTimeOffset Time { get; } = DateTimeOffset.UtcNow;

    internal int? Slot { get; init; }

    internal int? ProcessId { get; init; }

    internal int? Generation { get; init; }

    /// <summary>How it ended: a reload, or a worker.</summary>
    internal string? Outcome { get; init; }

    internal string? Reason { get; init; }

    internal bool IsMark => ReferenceEquals(this, ReloadWait.Before) || ReferenceEquals(this, ReloadWait.After);

    /// <summary>The reload has not begun: the configuration is wrong. Its generation is the one that goes on.</summary>
    internal bool IsRefusal { get; init; }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("event"u8, Name);
        json.WriteString("time"u8, Time);
        Number(json, "slot"u8, Slot);
        Number(json, "pid"u8, ProcessId);
        Number(json, "generation"u8, Generation);
        Text(json, "outcome"u8, Outcome);
        Text(json, "reason"u8, Reason);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is { } text)
        {
            json.WriteString(name, text);
        }
    }
}
