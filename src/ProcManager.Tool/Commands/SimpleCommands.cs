using System.Globalization;
using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Commands;

/// <summary>Commands that the manager takes or refuses, with nothing to wait for.</summary>
internal static class SimpleCommands
{
    internal static int Scale(PoolTarget target, int count, bool json)
    {
        using ManagerClient client = PoolFinder.Find(target);
        string? sizing = client.Ask("""{"command":"status"}""").GetProperty("result").GetProperty("pool").GetProperty("sizing").GetString();
        string most = sizing == nameof(PoolSizing.Static) ? "" : "at most ";
        return Ask(client, string.Create(CultureInfo.InvariantCulture, $$"""{"command":"scale","count":{{count}}}"""), json, $"{most}{count} {Words.Of(count, "worker")} {Words.Are(count)} wanted now.");
    }

    internal static int Recycle(PoolTarget target, int slot, bool json) =>
        Ask(target, string.Create(CultureInfo.InvariantCulture, $$"""{"command":"recycle","slot":{{slot}}}"""), json, $"The worker in slot {slot} leaves when its replacement is ready.");

    internal static int Pause(PoolTarget target, bool json) =>
        Ask(target, """{"command":"pause"}""", json, "No worker accepts new connections now; they wait in the queue. 'procman resume' ends this.");

    internal static int Resume(PoolTarget target, bool json) => Ask(target, """{"command":"resume"}""", json, "Workers accept connections again.");

    internal static int LogLevel(PoolTarget target, string level, bool json) =>
        Ask(
            target,
            "{\"command\":\"log-level\",\"level\":\"" + JsonEncodedText.Encode(level) + "\"}",
            json,
            level == "default" ? "The level is as the program has set it." : $"The library's messages have level {level} and above now, in the manager and its workers.");

    private static int Ask(PoolTarget target, string command, bool json, string done)
    {
        using ManagerClient client = PoolFinder.Find(target);
        return Ask(client, command, json, done);
    }

    private static int Ask(ManagerClient client, string command, bool json, string done)
    {
        string answer = client.Ask(command).GetRawText();
        Console.WriteLine(json ? answer : done);
        return ExitCodes.Done;
    }
}
