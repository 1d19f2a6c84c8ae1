using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Tool.Pools;
using Spectre.Console;

namespace ProcManager.Tool.Commands;

/// <summary>All pools of this user: a line each.</summary>
internal static class ListCommand
{
    internal static int Run(bool json)
    {
        var pools = new List<JsonElement>();
        int silent = 0;
        Table table = Tables.Plain("PROGRAM", "PID", "STATE", "WORKERS", "BUSY", "REQUESTS", "A SECOND", "MEMORY", "UP");
        foreach ((string path, ManagerClient? client, ToolException? problem) in PoolFinder.All())
        {
            using (client)
            {
                string? silence = null;
                if (client is null || Ask(client, out silence) is not { } status)
                {
                    Console.Error.WriteLine($"procman: {problem?.Message ?? silence ?? path}");
                    silent++;
                    continue;
                }

                if (client.ForeignPids is { } note)
                {
                    Console.Error.WriteLine($"procman: {note}");
                }

                pools.Add(status);
                JsonElement pool = status.GetProperty("pool");
                JsonElement health = status.GetProperty("health");
                table.AddRow(
                    Markup.Escape(client.Program),
                    client.ProcessId > 0 ? Tables.Number(client.ProcessId) : "?",
                    health.GetProperty("ready").GetBoolean() ? "[green]ready[/]" : $"[red]{Markup.Escape(health.GetProperty("reason").GetString() ?? "")}[/]",
                    PoolNumbers.Short(pool),
                    Tables.Number(pool.GetProperty("busy").GetInt32()),
                    Tables.Number(status.GetProperty("totals").GetProperty("requests").GetInt64()),
                    status.GetProperty("rates").GetProperty("requests").GetDouble().ToString("0.#", System.Globalization.CultureInfo.InvariantCulture),
                    Words.Memory(pool.GetProperty("memory").GetInt64()),
                    Words.Time(TimeSpan.FromSeconds(status.GetProperty("manager").GetProperty("age").GetDouble())));
            }
        }

        if (json)
        {
            Console.WriteLine($"[{string.Join(",", pools.Select(static p => p.GetRawText()))}]");
        }
        else if (pools.Count > 0)
        {
            AnsiConsole.Write(table);
        }
        else if (silent == 0)
        {
            Console.WriteLine("No pool of this user runs.");
        }

        return silent == 0 ? ExitCodes.Done : ExitCodes.CouldNotAsk;
    }

    private static JsonElement? Ask(ManagerClient client, out string? silence)
    {
        silence = null;
        try
        {
            return client.Ask("""{"command":"status"}""").GetProperty("result");
        }
        catch (ToolException e)
        {
            silence = e.Message;
            return null;
        }
    }
}
