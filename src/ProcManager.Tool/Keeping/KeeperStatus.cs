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
    private const int State = 1;
    private const int Since = 2;
    private const int Pid = 3;
    private const int Restarts = 4;
    private const int Kind = 5;
    private const int Why = 6;

    /// <summary>Between columns.</summary>
    private const int Gap = 2;

    /// <summary>Reasons that are longer go on in the next line.</summary>
    private const int ReadableWhy = 16;

    private static readonly string[] Columns = ["SERVICE", "STATE", "SINCE", "PID", "RESTARTS", "KIND", "WHY"];

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
        string[][] rows = [.. services.Select(Row)];
        int[] shown = Shown(rows);
        Table table = Tables.Plain([.. shown.Select(static c => Columns[c])]);
        table.Columns[shown.Length - 1].NoWrap = Console.IsOutputRedirected || shown[^1] != Why;
        foreach (string[] row in rows)
        {
            table.AddRow([.. shown.Select(c => c == State ? $"[{Colour(row[c])}]{Markup.Escape(row[c])}[/]" : Markup.Escape(row[c]))]);
        }

        AnsiConsole.Write(table);
    }

    // A killed keeper has not left all of it.
    private static string[] Row(JsonElement service) =>
    [
        Text(service, "name"),
        Text(service, "state"),
        service.TryGetProperty("since", out JsonElement since) ? Words.Time(DateTimeOffset.UtcNow - since.GetDateTimeOffset()) : "",
        service.TryGetProperty("pid", out JsonElement pid) ? Tables.Number(pid.GetInt32()) : "",
        service.TryGetProperty("restarts", out JsonElement restarts) ? Tables.Number(restarts.GetInt64()) : "",
        Text(service, "kind"),
        Printable.OfLine(Text(service, "reason")),
    ];

    /// <summary>A narrow terminal gets fewer columns, so that a state is never broken in two.</summary>
    private static int[] Shown(string[][] rows)
    {
        int Width(int column) => rows.Select(r => r[column].Length).Append(Columns[column].Length).Max() + Gap;
        List<int> shown = [.. Enumerable.Range(0, Columns.Length)];
        foreach (int column in (int[])[Kind, Restarts, Pid, Since])
        {
            if (shown.Sum(c => c == Why ? Math.Min(Width(Why), ReadableWhy) : Width(c)) > AnsiConsole.Profile.Width)
            {
                _ = shown.Remove(column);
            }
        }

        return [.. shown];
    }

    private static string Colour(string state) => state switch
    {
        "Up" => "green",
        "Paused" or "Unknown" or "Starting" or "Stopping" or "Waiting" => "yellow",
        _ => "red",
    };
}
