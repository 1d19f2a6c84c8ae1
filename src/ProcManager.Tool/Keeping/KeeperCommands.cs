using System.Globalization;
using System.Text.Json;
using ProcManager.Diagnostics;
using ProcManager.Services;
using ProcManager.Services.Keeping;
using ProcManager.Services.Status;
using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Keeping;

/// <summary>Commands that a running keeper obeys.</summary>
internal static class KeeperCommands
{
    private const string Summary = "summary.txt";
    private const string LogEnd = "log.txt";
    private const int ShownLines = 20;

    /// <summary>A round from cron may be under way.</summary>
    private static readonly TimeSpan RoundPatience = TimeSpan.FromSeconds(10);

    /// <param name="target">The keeper.</param>
    /// <param name="command">The order.</param>
    /// <param name="service">The service.</param>
    /// <param name="given">What is said when the order was taken.</param>
    internal static int Order(KeeperTarget target, string command, string service, string given)
    {
        using ManagerClient? keeper = KeeperFinder.TryConnect(target.Folder, out ToolException? noKeeper);
        if (keeper is null)
        {
            return command is "pause" or "resume" ? OrderNext(target, service, command == "pause", noKeeper!) : throw noKeeper!;
        }

        keeper.Ask(KeeperRequest.Of(command, service));
        Console.WriteLine($"{service} {given}.");
        return ExitCodes.Done;
    }

    /// <summary>Pauses or resumes a service of a keeper that does not run, for the next one.</summary>
    internal static int OrderNext(KeeperTarget target, string service, bool isPause, ToolException noKeeper)
    {
        IReadOnlyList<ServiceDefinition>? defined = target.Defined;
        LastStatus? known = target.Known;
        string[] names = [.. (defined ?? []).Select(static d => d.Name).Union((known?.Services ?? []).Select(static s => s.Name))];
        if (names.Length == 0)
        {
            throw noKeeper;
        }

        ServiceKind kind = defined?.FirstOrDefault(d => d.Name == service)?.Kind ?? known?.Services.FirstOrDefault(s => s.Name == service)?.Kind ?? throw KeeperTarget.NoService(service, names);
        bool isNew = PauseByHand.Set(target.Folder, service, kind, isPause, RoundPatience);
        Console.WriteLine($"{service} {(isPause, isNew) switch { (true, true) => "is paused", (true, false) => "is paused already", (false, true) => "is resumed", _ => "is not paused" }}. No keeper runs for the folder {target.Folder}; the next one, or the next round, obeys.");
        return ExitCodes.Done;
    }

    /// <summary>The same, and waits for the outcome.</summary>
    internal static int OrderAndWait(KeeperTarget target, string command, string service, TimeSpan patience)
    {
        using ManagerClient? keeper = KeeperFinder.TryConnect(target.Folder, out ToolException? noKeeper);
        if (keeper is null)
        {
            return command == "resume" ? OrderNext(target, service, isPause: false, noKeeper!) : throw noKeeper!;
        }

        keeper.Ask(KeeperRequest.Of(command, service));
        bool isStop = command == "stop";
        JsonElement status = Outcome.Await(keeper, service, isStop, patience);
        string pid = status.TryGetProperty("pid", out JsonElement number) ? string.Create(CultureInfo.InvariantCulture, $" (pid {number.GetInt32()})") : "";
        Console.WriteLine(isStop ? $"{service} is stopped, and paused until resume or restart." : $"{service} is up{pid}.");
        return ExitCodes.Done;
    }

    internal static int Reload(string folder)
    {
        using ManagerClient keeper = KeeperFinder.Connect(folder);
        JsonElement answer = keeper.Ask("""{"command":"reload"}""", takesLong: true).GetProperty("result");
        Console.WriteLine($"The keeper has read its file again: {answer.GetProperty("added").GetInt32()} added, {answer.GetProperty("changed").GetInt32()} changed, {answer.GetProperty("gone").GetInt32()} gone.");
        foreach (JsonElement note in answer.GetProperty("notes").EnumerateArray())
        {
            Console.WriteLine($"{Printable.OfLine(note.GetString() ?? "")}.");
        }

        return ExitCodes.Done;
    }

    internal static int Stop(string folder, bool noWait)
    {
        using ManagerClient keeper = KeeperFinder.Connect(folder);
        using KeeperLock? held = KeeperLock.Look(KeeperFolder.At(folder));
        int? holder = held?.Holder();
        keeper.Ask("""{"command":"stop"}""");
        if (noWait)
        {
            Console.WriteLine($"The keeper of {folder} is being stopped.");
            return ExitCodes.Done;
        }

        keeper.WaitForEnd();
        while (holder is not null && held!.Holder() == holder)
        {
            Thread.Sleep(10); // the next keeper may follow in the same script, and must not find the folder taken
        }

        Console.WriteLine($"The keeper of {folder} has ended.");
        return ExitCodes.Done;
    }

    /// <summary>What the keeper knows of the last death, and what lies in its snapshot.</summary>
    internal static int Why(KeeperTarget target, string service, bool json)
    {
        using ManagerClient? keeper = KeeperFinder.TryConnect(target.Folder, out ToolException? noKeeper);
        JsonElement result = keeper is null ? LastWhy(target, service, noKeeper!) : keeper.Ask(KeeperRequest.Of("why", service)).GetProperty("result");
        if (json)
        {
            Console.WriteLine(result.GetRawText());
            return ExitCodes.Done;
        }

        string reason = KeeperStatus.Text(result, "reason");
        Console.WriteLine($"{service}: {KeeperStatus.Text(result, "state")}{(result.TryGetProperty("since", out JsonElement since) ? $" since {Utc(since)}" : "")}{(reason.Length > 0 ? $": {Printable.OfLine(reason)}" : "")}");
        if (!result.TryGetProperty("lastDeath", out JsonElement death))
        {
            Console.WriteLine("The keeper has seen no death of it.");
            return ExitCodes.Done;
        }

        Console.WriteLine($"died:     {Utc(death.GetProperty("at"))}");
        Console.WriteLine($"how:      {Printable.OfLine(KeeperStatus.Text(death, "reason"))}");
        string? snapshot = death.TryGetProperty("snapshot", out JsonElement path) ? path.GetString() : null;
        Console.WriteLine($"snapshot: {(snapshot is null ? "none" : Printable.OfLine(snapshot))}");
        if (snapshot is not null)
        {
            ShowSnapshot(snapshot);
        }

        WriteLines("last lines now:", KeeperStatus.Text(result, "output"));
        return ExitCodes.Done;
    }

    private static JsonElement LastWhy(KeeperTarget target, string service, ToolException noKeeper)
    {
        LastStatus last = target.Last(noKeeper);
        ServiceStatus status = last.Services.FirstOrDefault(s => s.Name == service) ?? throw KeeperTarget.NoService(service, last.Services.Select(static s => s.Name));
        return KeeperTarget.Json(status, Telling.TailOf(KeeperFolder.At(target.Folder), service, status.Kind));
    }

    private static void ShowSnapshot(string snapshot)
    {
        try
        {
            string[] files = [.. Directory.EnumerateFiles(snapshot).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
            Console.WriteLine($"files:    {Printable.OfLine(string.Join(", ", files))}");
            WriteLines("summary:", File.ReadAllText(Path.Combine(snapshot, Summary)));
            if (files.Contains(LogEnd))
            {
                WriteLines("last lines before it died:", string.Join('\n', File.ReadAllText(Path.Combine(snapshot, LogEnd)).TrimEnd('\n').Split('\n').TakeLast(ShownLines)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.WriteLine($"          {Printable.OfLine(e.Message)}"); // it may have been removed for newer ones
        }
    }

    private static void WriteLines(string title, string text)
    {
        if (text.Length > 0)
        {
            Console.WriteLine();
            Console.WriteLine(title);
            foreach (string line in text.TrimEnd('\n').Split('\n'))
            {
                Console.WriteLine($"  {Printable.OfLine(line)}");
            }
        }
    }

    private static string Utc(JsonElement time) => ServicesReport.Utc(time.GetDateTimeOffset());
}
