using System.Globalization;
using System.Text.Json;
using ProcManager.Handover;
using ProcManager.Runtime;
using ProcManager.Status;
using ProcManager.Supervision;

namespace ProcManager.Control;

/// <summary>What a client of the control socket can ask of the pool. On the client's thread; wishes go to the manager's loop as events.</summary>
internal sealed class PoolControl(ReportSource reports, Func<ScoreboardSnapshot> board, Func<string> peek, Inbox inbox, EventHub events, Func<bool> isStopping)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    internal static string Library => LaunchRecord.OwnLibrary;

    internal string Program => reports.Program;

    internal DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    internal EventHub Events => events;

    internal void WriteStatus(Utf8JsonWriter json) => JsonReport.Write(json, reports.Read());

    internal void WriteStatusText(Utf8JsonWriter json) => json.WriteStringValue(TextReport.Write(reports.Read()));

    internal string Peek() => peek();

    internal void Stop(bool kill)
    {
        if (!kill)
        {
            inbox.Post(new ManagerEvent.ShutdownRequested()); // asked again it does not kill, unlike TERM
            return;
        }

        inbox.Post(new ManagerEvent.StopRequested());
        inbox.Post(new ManagerEvent.StopRequested());
    }

    internal void Scale(int count) => inbox.Post(new ManagerEvent.SizeRequested(count));

    /// <summary>Asks for the replacement of one worker. Gives back why it cannot be, or null.</summary>
    internal string? Recycle(int slot)
    {
        IReadOnlyList<SlotSnapshot> slots = board().Slots;
        char? state = slots.FirstOrDefault(s => s.Slot == slot)?.State;
        if (state is null or 'd' or 'e')
        {
            return string.Create(CultureInfo.InvariantCulture, $"Slot {slot} has no worker that could be replaced. Slots with a worker: {string.Join(", ", slots.Select(static s => s.Slot))}.");
        }

        inbox.Post(new ManagerEvent.RecycleRequested(slot));
        return null;
    }

    /// <summary>Reloads, tells the progress, and waits for the outcome. The error says why there is none.</summary>
    internal (PoolEvent? Outcome, string? Error) Reload(Action<PoolEvent> progress, Func<bool> isGone)
    {
        using EventHub.Follower follower = events.Follow();
        var wait = new ReloadWait();
        inbox.Post(new Framed(new ManagerEvent.ReloadRequested(), () => follower.Put(ReloadWait.Before), () => follower.Put(ReloadWait.After)));
        while (!isGone())
        {
            PoolEvent? happened = follower.Take(Patience, out int lost);
            if (lost > 0)
            {
                return (null, "More happened than could be told, so the outcome of this reload is not known; status says how the last reload ended.");
            }

            if (happened is not null && wait.Take(happened) is { } outcome)
            {
                return (outcome, null);
            }

            if (happened?.Name == PoolEvent.Stopping || (wait.IsQueued && isStopping()))
            {
                return (null, "The pool stops, so nothing is reloaded.");
            }

            if (happened is { IsMark: false })
            {
                progress(happened);
            }
        }

        return (null, "The client has gone.");
    }

    internal void ReloadWithoutWaiting() => inbox.Post(new ManagerEvent.ReloadRequested());
}
