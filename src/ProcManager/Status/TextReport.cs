using System.Globalization;
using System.Text;
using ProcManager.Diagnostics;
using ProcManager.Handover;

namespace ProcManager.Status;

/// <summary>The report as text for people (mission D13).</summary>
internal static class TextReport
{
    private const int CellsInALine = 64;
    private const int ShownExits = 10;

    internal static string Write(PoolReport report, IEnumerable<IStatusPart>? parts = null)
    {
        var text = new StringBuilder();
        WriteHead(text, report);
        WriteScoreboard(text, report.Scoreboard.States);
        WriteListeners(text, report.Listeners);
        WriteWorkers(text, report.Workers);
        WriteExits(text, report);
        foreach (IStatusPart part in parts ?? [])
        {
            part.WriteText(text);
        }

        return text.ToString();
    }

    private static void WriteHead(StringBuilder text, PoolReport report)
    {
        ScoreboardSnapshot pool = report.Scoreboard;
        text.Append(CultureInfo.InvariantCulture, $"{report.Program}: manager (pid {pool.ManagerProcessId}), {report.Manager.Phase ?? "running"} for {Words.Time(report.Manager.Age)}, ProcManager {LaunchRecord.OwnLibrary}\n");
        text.Append(CultureInfo.InvariantCulture, $"health:   {(report.Health.Reason is { } reason ? reason : "ready")}\n");
        text.Append(CultureInfo.InvariantCulture, $"workers:  {WorkersOf(report)}; {Words.Memory(report.Memory)}\n");
        text.Append(CultureInfo.InvariantCulture, $"requests: {pool.Requests} finished, {report.Rate.Requests:0.##} a second over {Words.Time(report.Rate.Over)}\n");
        text.Append(CultureInfo.InvariantCulture, $"so far:   {pool.Starts} {Words.Of(pool.Starts, "start")}, {pool.Ends} {Words.Of(pool.Ends, "exit")}, {pool.Crashes} {(pool.Crashes == 1 ? "crash" : "crashes")}\n");
        text.Append(CultureInfo.InvariantCulture, $"reload:   {JsonReport.Lower(pool.Reload)}, generation {pool.Generation}{(pool.ReloadReason is { } why ? $": {Printable.Of(why)}" : "")}\n");
    }

    // Of the target of a mode that is not known, this text cannot say what it counts.
    private static string WorkersOf(PoolReport report)
    {
        WorkerCounts counts = report.Counts;
        return report.Sizing == PoolSizing.PerRequest
            ? string.Create(CultureInfo.InvariantCulture, $"{WorkerWords.WithRequest(report.Scoreboard.Target, report.Max)}, {counts.Standby} standing by ({report.Sizing}); {counts.Starting} starting, {counts.Leaving} leaving")
            : string.Create(CultureInfo.InvariantCulture, $"{counts.All}{(report.Sizing is { } mode ? $" of {report.Scoreboard.Target} wanted ({mode})" : "")}: {counts.Busy} busy, {counts.Idle} idle, {counts.Starting} starting, {counts.Standby} standing by, {counts.Leaving} leaving");
    }

    private static void WriteScoreboard(StringBuilder text, string states)
    {
        text.Append('\n');
        for (int at = 0; at < states.Length; at += CellsInALine)
        {
            text.Append(CultureInfo.InvariantCulture, $"  [{states.AsSpan(at, Math.Min(CellsInALine, states.Length - at))}]  slots {at} to {Math.Min(at + CellsInALine, states.Length) - 1}\n");
        }

        foreach ((char letter, string meaning) in StateLetters.All)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {letter} {meaning}\n");
        }
    }

    private static void WriteListeners(StringBuilder text, IReadOnlyList<ListenerReport> listeners)
    {
        foreach (ListenerReport listener in listeners)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nlistener {listener.Name}: {listener.Address}, {(listener.Queue is { } queue ? string.Create(CultureInfo.InvariantCulture, $"{queue} {Words.Of(queue, "connection")} waiting") : "queue not known")}\n");
        }
    }

    private static void WriteWorkers(StringBuilder text, IReadOnlyList<WorkerReport> workers)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nslot     pid gen state        age   requests active conns      memory        cpu  request\n");
        foreach (WorkerReport worker in workers)
        {
            SlotSnapshot slot = worker.Slot;
            string taking = worker.RequestAge is { } taken && slot.Active > 0 ? $" for {Words.Time(taken)}" : "";
            string request = slot.Request is { } asked ? $"{Printable.Of(asked)}{(slot.Client is { Length: > 0 } client ? $" from {Printable.Of(client)}" : "")}{taking}" : taking.TrimStart();
            text.Append(string.Create(CultureInfo.InvariantCulture, $"{slot.Slot,4} {slot.ProcessId,7} {slot.Generation,3} {slot.State,5} {Words.Time(worker.Age),10} {slot.Requests,10} {slot.Active,6} {slot.Connections,5} {Words.Memory(worker.Memory),11} {Words.Time(worker.Cpu),10}  {request}").TrimEnd()).Append('\n');
        }
    }

    private static void WriteExits(StringBuilder text, PoolReport report)
    {
        if (report.Scoreboard.LastEnds.Count == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\nlast exits:\n");
        foreach (WorkerEnd end in report.Scoreboard.LastEnds.Take(ShownExits))
        {
            WorkerExit exit = end.Exit;
            string request = end.LastRequest is { Length: > 0 } last ? $", in {Printable.Of(last)}" : "";
            text.Append(CultureInfo.InvariantCulture, $"  {Words.Time(report.Time - end.Ended)} ago: worker {exit.Slot} (pid {exit.ProcessId}) ended with {exit.HowItEnded} ({exit.Cause}) after {Words.Time(exit.Age)}, {exit.Requests} {Words.Of(exit.Requests, "request")}{request}\n");
        }
    }
}
