using System.Globalization;
using System.Text.Json;
using ProcManager.Handover;
using ProcManager.Runtime;
using ProcManager.Status;
using ProcManager.Supervision;

namespace ProcManager.Control;

/// <summary>What a client of the control socket can ask of the pool. On the client's thread; wishes go to the manager's loop as events.</summary>
internal sealed class PoolControl(ReportSource reports, Func<string> peek, Inbox inbox, EventHub events)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    internal static string Library => LaunchRecord.OwnLibrary;

    internal string Program => reports.Program;

    internal DateTimeOffset Started { get; } = DateTimeOffset.UtcNow;

    internal EventHub Events => events;

    internal void WriteStatus(Utf8JsonWriter json) => JsonReport.Write(json, reports.Read());

    internal string Peek() => peek();

    internal void Stop(bool kill)
    {
        inbox.Post(new ManagerEvent.StopRequested());
        if (kill)
        {
            inbox.Post(new ManagerEvent.StopRequested());
        }
    }

    internal void Scale(int count) => inbox.Post(new ManagerEvent.SizeRequested(count));

    /// <summary>Asks for the replacement of one worker. Gives back why it cannot be, or null.</summary>
    internal string? Recycle(int slot)
    {
        char? state = Board().Slots.FirstOrDefault(s => s.Slot == slot)?.State;
        if (state is null or 'd' or 'e')
        {
            return string.Create(CultureInfo.InvariantCulture, $"Slot {slot} has no worker that could be replaced. Slots with a worker: {string.Join(", ", Board().Slots.Select(static s => s.Slot))}.");
        }

        inbox.Post(new ManagerEvent.RecycleRequested(slot));
        return null;
    }

    /// <summary>Reloads, tells the progress, and waits for the outcome. Null: the client is gone or the manager stops.</summary>
    internal PoolEvent? Reload(Action<PoolEvent> progress, Func<bool> isGone)
    {
        using EventHub.Follower follower = events.Follow();
        int reached = 0;
        inbox.Post(new ManagerEvent.Reached(() => Volatile.Write(ref reached, 1)));
        inbox.Post(new ManagerEvent.ReloadRequested());
        int? generation = null;
        while (!isGone())
        {
            if (follower.Take(Patience, out _) is not { } happened)
            {
                continue;
            }

            progress(happened);
            bool isOurs = Volatile.Read(ref reached) == 1;
            switch (happened.Name)
            {
                case PoolEvent.ReloadBegan when isOurs && generation is null:
                    generation = happened.Generation;
                    break;
                case PoolEvent.ReloadFinished when happened.Generation == generation || (isOurs && generation is null && happened.IsRefusal):
                    return happened;
                case PoolEvent.Stopping:
                    return null;
            }
        }

        return null;
    }

    internal void ReloadWithoutWaiting() => inbox.Post(new ManagerEvent.ReloadRequested());

    private ScoreboardSnapshot Board() => reports.Read().Scoreboard;
}
