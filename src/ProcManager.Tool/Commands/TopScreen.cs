using System.Text.Json;
using ProcManager.Diagnostics;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ProcManager.Tool.Commands;

/// <summary>What <c>top</c> shows: a head, the scoreboard, and a line for each worker that fits.</summary>
internal sealed class TopScreen(string name)
{
    private const int LinesAround = 10;

    private static readonly string[] Orders = ["slot", "requests", "memory", "cpu", "age"];

    private readonly Dictionary<int, (double Cpu, DateTime At)> _cpuBefore = [];
    private readonly Dictionary<int, double> _cpuShare = [];
    private JsonElement? _status;
    private int _order;

    internal string Message { get; set; } = "";

    /// <summary>A text in place of the workers, until the next key.</summary>
    internal string? Page { get; set; }

    internal bool IsPaused => _status?.GetProperty("pool").TryGetProperty("paused", out JsonElement paused) == true && paused.GetBoolean();

    /// <summary>How many workers are wanted.</summary>
    internal int? Target => _status?.GetProperty("pool").GetProperty("target").GetInt32();

    /// <summary>Static, Dynamic, OnDemand or PerRequest.</summary>
    internal string? Sizing => _status?.GetProperty("pool").GetProperty("sizing").GetString();

    /// <summary>The slot of the worker in the first line.</summary>
    internal int? FirstSlot => Workers().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first ? first.GetProperty("slot").GetInt32() : null;

    internal void SortByNext()
    {
        _order = (_order + 1) % Orders.Length;
        Message = $"sorted by {Orders[_order]}";
    }

    internal void Read(JsonElement status)
    {
        _status = status;
        DateTime now = DateTime.UtcNow;
        foreach (JsonElement worker in status.GetProperty("workers").EnumerateArray())
        {
            int pid = worker.GetProperty("pid").GetInt32();
            double cpu = worker.GetProperty("cpu").GetDouble();
            if (_cpuBefore.TryGetValue(pid, out (double Cpu, DateTime At) before) && now > before.At)
            {
                _cpuShare[pid] = Math.Max(0, cpu - before.Cpu) / (now - before.At).TotalSeconds;
            }

            _cpuBefore[pid] = (cpu, now);
        }
    }

    internal IRenderable Draw()
    {
        if (_status is not { } status)
        {
            return new Text($"{name}: waiting for the manager …");
        }

        if (Page is { } page)
        {
            string[] lines = page.Split('\n');
            int room = Math.Max(1, Console.WindowHeight - 2);
            string more = lines.Length > room ? $"{lines.Length - room} more lines: procman stacks; " : "";
            return new Cropped(new Rows([.. lines.Take(room).Select(static l => new Text(Printable.Of(l))), new Markup($"[dim]{more}any key: back[/]")]));
        }

        JsonElement pool = status.GetProperty("pool");
        JsonElement totals = status.GetProperty("totals");
        string health = status.GetProperty("health").GetProperty("reason").GetString() is { } reason ? $"[red]{Markup.Escape(reason)}[/]" : "[green]ready[/]";
        return new Cropped(new Rows(
            new Markup($"[bold]{Markup.Escape(name)}[/], up {Words.Time(TimeSpan.FromSeconds(status.GetProperty("manager").GetProperty("age").GetDouble()))}, {health}, generation {pool.GetProperty("generation")}, reload {Reload(status)}"),
            new Markup($"workers  {PoolNumbers.Line(pool)}; {Words.Memory(pool.GetProperty("memory").GetInt64())}"),
            new Markup($"requests {totals.GetProperty("requests")}, {status.GetProperty("rates").GetProperty("requests")} a second; exits {totals.GetProperty("exits")}, crashes {totals.GetProperty("crashes")}; waiting {Waiting(status)}"),
            new Text(""),
            new Text($"[{pool.GetProperty("states").GetString()}]"),
            new Text(""),
            Table(),
            new Markup("[dim]q quit  r reload  + - scale  s sort  p pause  of the first: c recycle  t stacks[/]"),
            new Text(Message)));
    }

    private static string Reload(JsonElement status)
    {
        JsonElement reload = status.GetProperty("reload");
        string state = reload.GetProperty("state").GetString()!;
        return state != "failed" ? state : $"[red]failed[/]: {Markup.Escape(Printable.Of(reload.GetProperty("reason").GetString() ?? ""))}";
    }

    private Table Table()
    {
        Table table = Tables.Plain("SLOT", "PID", "GEN", "S", "AGE", "REQUESTS", "ACTIVE", "CONNS", "MEMORY", "CPU %", "REQUEST");
        int room = Math.Max(1, Console.WindowHeight - LinesAround);
        foreach (JsonElement worker in Workers().Take(room))
        {
            int pid = worker.GetProperty("pid").GetInt32();
            string request = worker.GetProperty("request").GetString() is { } text ? $"{For(worker)}{Markup.Escape(Printable.Of(text))}" : $"[dim]({Markup.Escape(worker.GetProperty("meaning").GetString()!)})[/]";
            table.AddRow(
                $"{worker.GetProperty("slot")}",
                $"{pid}",
                $"{worker.GetProperty("generation")}",
                Markup.Escape(worker.GetProperty("state").GetString()!),
                Words.Time(TimeSpan.FromSeconds(worker.GetProperty("age").GetDouble())),
                $"{worker.GetProperty("requests")}",
                $"{worker.GetProperty("active")}",
                $"{worker.GetProperty("connections")}",
                Words.Memory(worker.GetProperty("memory").GetInt64()),
                (_cpuShare.GetValueOrDefault(pid) * 100).ToString("0", System.Globalization.CultureInfo.InvariantCulture),
                request);
        }

        return table;
    }

    // How long it takes so far, where that is a second and more.
    private static string For(JsonElement worker) =>
        worker.TryGetProperty("requestAge", out JsonElement age) && age.ValueKind == JsonValueKind.Number && age.GetDouble() >= 1 ? $"[yellow]{Words.Time(TimeSpan.FromSeconds(Math.Floor(age.GetDouble())))}[/] " : "";

    private IEnumerable<JsonElement> Workers()
    {
        if (_status is not { } status)
        {
            return [];
        }

        IEnumerable<JsonElement> workers = status.GetProperty("workers").EnumerateArray();
        return _order == 0 ? workers : workers.OrderByDescending(w => w.GetProperty(Orders[_order]).GetDouble());
    }

    private static string Waiting(JsonElement status)
    {
        string[] queues = [.. status.GetProperty("listeners").EnumerateArray().Select(static l => $"{Markup.Escape(l.GetProperty("name").GetString()!)} {l.GetProperty("queue")}")];
        return queues.Length == 0 ? "–" : string.Join(", ", queues);
    }
}
