using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Services.Keeping;
using ProcManager.Tool.Commands;
using ProcManager.Tool.Pools;
using Spectre.Console;

namespace ProcManager.Tool.Keeping;

/// <summary><c>procman keep status</c>.</summary>
internal static class KeeperStatus
{
    internal static int Run(KeeperTarget target, string? name, bool json)
    {
        using ManagerClient? keeper = KeeperFinder.TryConnect(target.Folder, out ToolException? noKeeper);
        LastStatus? last = keeper is null ? target.Last(noKeeper!) : null;
        JsonElement[] services = last is null
            ? [.. keeper!.Ask("""{"command":"status"}""").GetProperty("result").EnumerateArray()]
            : [.. last.Services.Select(static s => KeeperTarget.Json(s))];
        if (name is not null)
        {
            string[] names = [.. services.Select(static s => Text(s, "name"))];
            services = [.. services.Where(s => Text(s, "name") == name)];
            if (services.Length == 0)
            {
                throw KeeperTarget.NoService(name, names);
            }
        }

        if (json)
        {
            Console.WriteLine(name is null ? $"[{string.Join(',', services.Select(static s => s.GetRawText()))}]" : services[0].GetRawText());
        }
        else
        {
            Write(services);
        }

        if (last is { IsOfRound: false })
        {
            return ExitCodes.CouldNotAsk; // a keeper is to run, and does not
        }

        return services.All(static s => Text(s, "state") is "Up" or "Paused") ? ExitCodes.Done : ExitCodes.Failed;
    }

    internal static string Text(JsonElement service, string field) => service.TryGetProperty(field, out JsonElement value) ? value.GetString() ?? "" : "";

    private static void Write(JsonElement[] services)
    {
        Table table = Tables.Plain("SERVICE", "STATE", "SINCE", "PID", "RESTARTS", "KIND", "WHY");
        foreach (JsonElement service in services)
        {
            string state = Text(service, "state");
            table.AddRow(
                Markup.Escape(Text(service, "name")),
                $"[{Colour(state)}]{Markup.Escape(state)}[/]",
                Words.Time(DateTimeOffset.UtcNow - service.GetProperty("since").GetDateTimeOffset()),
                service.TryGetProperty("pid", out JsonElement pid) ? Tables.Number(pid.GetInt32()) : "",
                Tables.Number(service.GetProperty("restarts").GetInt64()),
                Markup.Escape(Text(service, "kind")),
                Markup.Escape(Printable.OfLine(Text(service, "reason"))));
        }

        AnsiConsole.Write(table);
    }

    private static string Colour(string state) => state switch
    {
        "Up" => "green",
        "Paused" or "Unknown" or "Starting" or "Stopping" or "Waiting" => "yellow",
        _ => "red",
    };
}
