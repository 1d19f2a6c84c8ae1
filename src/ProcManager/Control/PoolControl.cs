using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ProcManager.Handover;
using ProcManager.Runtime;
using ProcManager.Status;
using ProcManager.Supervision;

namespace ProcManager.Control;

/// <summary>What a client of the control socket can ask of the pool. On the client's thread; wishes go to the manager's loop as events.</summary>
internal sealed class PoolControl(ReportSource reports, Func<ScoreboardSnapshot> board, Func<string> peek, Inbox inbox, EventHub events, Func<bool> isStopping, Func<TimeSpan> captureTimeout)
{
    private const string Stopping = "The pool is stopping, so its workers are not changed any more.";

    private const string Default = "default";

    private static readonly string[] Levels = [.. Enum.GetNames<LogLevel>(), Default];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

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

        // A drain delay may take the first one; once all are killed, one more does nothing.
        inbox.Post(new ManagerEvent.StopRequested());
        inbox.Post(new ManagerEvent.StopRequested());
        inbox.Post(new ManagerEvent.StopRequested());
    }

    /// <summary>Gives back why the number of workers cannot be changed, or null.</summary>
    internal string? Scale(int count)
    {
        if (isStopping())
        {
            return Stopping;
        }

        inbox.Post(new ManagerEvent.SizeRequested(count));
        return null;
    }

    /// <summary>Asks for the replacement of one worker. Gives back why it cannot be, or null.</summary>
    internal string? Recycle(int slot)
    {
        if (isStopping())
        {
            return Stopping;
        }

        IReadOnlyList<SlotSnapshot> slots = board().Slots;
        char? state = slots.FirstOrDefault(s => s.Slot == slot)?.State;
        if (state is null or 'd' or 'e')
        {
            return NoSuchWorker(slot, slots, " that could be replaced");
        }

        inbox.Post(new ManagerEvent.RecycleRequested(slot));
        return null;
    }

    /// <summary>Pauses or resumes the pool. Gives back why it cannot be, or null.</summary>
    internal string? Pause(bool pause)
    {
        if (isStopping())
        {
            return "The pool stops.";
        }

        inbox.Post(new ManagerEvent.PauseRequested(pause));
        return null;
    }

    /// <summary>Null: as the program has set it. Gives back what is wrong, or null.</summary>
    internal string? SetLogLevel(string? level)
    {
        string? known = Levels.FirstOrDefault(l => l.Equals(level, StringComparison.OrdinalIgnoreCase));
        if (known is null)
        {
            return $"level is '{level}'; allowed: {string.Join(", ", Levels)}.";
        }

        inbox.Post(new ManagerEvent.LogLevelRequested(known == Default ? null : Enum.Parse<LogLevel>(known)));
        return null;
    }

    /// <summary>The stacks of one worker. The error says why there are none.</summary>
    internal (string? Text, string? Error) Stacks(int slot, Func<bool> isGone)
    {
        IReadOnlyList<SlotSnapshot> slots = board().Slots;
        if (!slots.Any(s => s.Slot == slot && s.ProcessId > 0))
        {
            return (null, NoSuchWorker(slot, slots, ""));
        }

        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Action<string> give = text => answer.TrySetResult(text);
        inbox.Post(new ManagerEvent.StacksRequested(slot, give));
        TimeSpan until = Monotonic.Now + captureTimeout() + Slack;
        while (!isGone() && Monotonic.Now < until)
        {
            if (answer.Task.Wait(Patience))
            {
                return (answer.Task.Result, null);
            }
        }

        inbox.Post(new ManagerEvent.StacksGivenUp(slot, give));
        return answer.Task.Wait(Slack) ? (answer.Task.Result, null) : (null, "The manager has given no stacks in time.");
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

    private static string NoSuchWorker(int slot, IReadOnlyList<SlotSnapshot> slots, string which) => string.Create(
        CultureInfo.InvariantCulture, $"Slot {slot} has no worker{which}. {(slots.Count == 0 ? "There is no worker now" : $"Slots with a worker: {string.Join(", ", slots.Select(static s => s.Slot))}")}.");
}
