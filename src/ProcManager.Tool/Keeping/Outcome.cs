using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Services.Supervision;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Keeping;

/// <summary>What has become of an order: the service is asked about until it is where it is to be, or has failed.</summary>
internal static class Outcome
{
    internal static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Gives the last status of the service.</summary>
    /// <param name="keeper">The keeper that has taken the order.</param>
    /// <param name="service">The service.</param>
    /// <param name="isStop">The service is to be paused and stopped; otherwise it is to be up.</param>
    /// <param name="patience">How long it may take.</param>
    /// <exception cref="ToolException">It has failed, or has not ended in time.</exception>
    internal static JsonElement Await(ManagerClient keeper, string service, bool isStop, TimeSpan patience)
    {
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (true)
        {
            JsonElement[] all = [.. keeper.Ask("""{"command":"status"}""").GetProperty("result").EnumerateArray()];
            JsonElement status = all.FirstOrDefault(s => KeeperStatus.Text(s, "name") == service);
            if (status.ValueKind == JsonValueKind.Undefined)
            {
                throw ToolException.Refused($"{service} is not in the keeper's definitions any more.");
            }

            string state = KeeperStatus.Text(status, "state");
            string reason = Printable.OfLine(KeeperStatus.Text(status, "reason"));
            if (IsReached(state, reason, isStop))
            {
                return status;
            }

            if (Failure(state, isStop) is { } failure)
            {
                throw ToolException.Refused($"{service} {failure}{(reason.Length > 0 ? $": {reason}" : "")}. See 'procman keep why {service}'.");
            }

            if (!isStop && GivenUp(all, status) is { } cause)
            {
                throw ToolException.Refused($"{service} has not come up: it {cause.Chain} is given up. See 'procman keep why {cause.Service}'.");
            }

            if (Environment.TickCount64 >= end)
            {
                throw ToolException.Refused($"{service} is still {state} after {Words.Time(patience)} (--timeout){(reason.Length > 0 ? $": {reason}" : "")}. The keeper goes on; see 'procman keep status {service}'.");
            }

            Thread.Sleep(Interval);
        }
    }

    // The service that all wait for, and how it is come to. Null: what the service waits for may still come up.
    private static (string Chain, string Service)? GivenUp(JsonElement[] all, JsonElement status)
    {
        string chain = "";
        for (int depth = 0; depth < all.Length && WaitsFor(status) is { } next; depth++)
        {
            status = all.FirstOrDefault(s => KeeperStatus.Text(s, "name") == next);
            chain += $"{Dependencies.WaitsForReason}{next}, which ";
        }

        return chain.Length > 0 && status.ValueKind == JsonValueKind.Object && KeeperStatus.Text(status, "state") == "GivenUp" ? (chain.TrimEnd(), KeeperStatus.Text(status, "name")) : null;
    }

    private static string? WaitsFor(JsonElement status) =>
        status.ValueKind == JsonValueKind.Object && KeeperStatus.Text(status, "state") == "Waiting" && KeeperStatus.Text(status, "reason") is var reason && reason.StartsWith(Dependencies.WaitsForReason, StringComparison.Ordinal)
            ? reason[Dependencies.WaitsForReason.Length..]
            : null;

    private static bool IsReached(string state, string reason, bool isStop) => isStop ? state == "Paused" && IsStopped(reason) : state == "Up" && reason.Length == 0;

    // A process that ends by itself while the pause begins is as good.
    private static bool IsStopped(string reason) => reason.StartsWith(Services.Supervision.Halting.StoppedReason, StringComparison.Ordinal);

    private static string? Failure(string state, bool isStop) => state switch
    {
        "Paused" when isStop => "was not stopped",
        "Up" when isStop => "was started again meanwhile",
        "Up" => "is up", // with a reason: it was left alone
        "BackingOff" when !isStop => "has not come up; the keeper goes on trying",
        "GivenUp" when !isStop => "has not come up, and is given up",
        "Paused" => "was paused meanwhile",
        "Stopped" => "was stopped with the keeper",
        _ => null,
    };
}
