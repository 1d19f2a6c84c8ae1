using System.Text.Json;
using ProcManager.Status;

namespace ProcManager.Tool.Commands;

/// <summary>The workers of a pool in few words, from its <c>status.json</c>. The manager may be an older one, which does not tell the maximum.</summary>
internal static class PoolNumbers
{
    internal static bool IsPerRequest(JsonElement pool) => pool.GetProperty("sizing").GetString() == nameof(PoolSizing.PerRequest);

    internal static int? Max(JsonElement pool) => pool.TryGetProperty("max", out JsonElement max) && max.ValueKind == JsonValueKind.Number ? max.GetInt32() : null;

    /// <summary>For a column: <c>2 of 2</c>; with one request a process <c>3+4 of 20</c>, those with a request and those that stand by.</summary>
    internal static string Short(JsonElement pool) => !IsPerRequest(pool) ? $"{pool.GetProperty("workers")} of {pool.GetProperty("target")}"
        : $"{pool.GetProperty("target")}+{pool.GetProperty("standby")}{(Max(pool) is { } max ? $" of {Tables.Number(max)}" : "")}";

    /// <summary>With the markup of Spectre.Console.</summary>
    internal static string Line(JsonElement pool) => IsPerRequest(pool)
        ? $"[yellow]{WorkerWords.WithRequest(pool.GetProperty("target").GetInt32(), Max(pool))}[/], {pool.GetProperty("standby")} standing by (PerRequest); {pool.GetProperty("starting")} starting, {pool.GetProperty("leaving")} leaving"
        : $"{Short(pool)} ({pool.GetProperty("sizing").GetString()}): [yellow]{pool.GetProperty("busy")} busy[/], {pool.GetProperty("idle")} idle, {pool.GetProperty("starting")} starting, {pool.GetProperty("standby")} standby, {pool.GetProperty("leaving")} leaving";
}
