namespace ProcManager.Supervision;

/// <summary>The kernel's queue of a listener: how many connections wait there, and how many may.</summary>
internal sealed record ListenerQueue(string Name, int Queue, int Backlog);

/// <summary>What <see cref="FullQueues"/> remembers.</summary>
internal sealed record FullQueuesState
{
    internal TimeSpan NextLookAt { get; init; } = TimeSpan.MinValue;

    /// <summary>When the log was told of which listener.</summary>
    internal (string Name, TimeSpan At)[] Told { get; init; } = [];
}

/// <summary>
/// Tells when the queue of a listener is full: the kernel turns further clients away, and neither they nor the application learn why. The queues are looked at once a second while all workers of a pool of one request a process are busy, so
/// an idle pool stays asleep.
/// </summary>
internal static class FullQueues
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A queue that stays full, or is full again, is told once in this time.</summary>
    private static readonly TimeSpan ToldAgain = TimeSpan.FromMinutes(1);

    internal static void Advance(Turn turn, ManagerEvent happened)
    {
        if (!PerRequest.IsOn(turn.State))
        {
            return; // a manager that only replaces workers, and has no memory left, must not end for a line of the log
        }

        bool isAtLimit = turn.State.PerRequest.Paused;
        if (!isAtLimit && happened is not ManagerEvent.ConnectionWaits { Queue: > 0 })
        {
            return;
        }

        if (turn.State.FullQueues.NextLookAt <= turn.Now)
        {
            turn.State = turn.State with { FullQueues = turn.State.FullQueues with { NextLookAt = turn.Now + Interval } };
            turn.Do(new PoolAction.LookAtQueues());
        }

        if (isAtLimit)
        {
            turn.WakeAt(turn.State.FullQueues.NextLookAt);
        }
    }

    internal static void Looked(Turn turn, IReadOnlyList<ListenerQueue> queues)
    {
        foreach (ListenerQueue queue in queues)
        {
            FullQueuesState state = turn.State.FullQueues;
            if (queue.Queue < queue.Backlog || state.Told.Any(t => t.Name == queue.Name && turn.Now - t.At < ToldAgain))
            {
                continue;
            }

            turn.State = turn.State with { FullQueues = state with { Told = [.. state.Told.Where(t => t.Name != queue.Name), (queue.Name, turn.Now)] } };
            turn.Do(new PoolAction.SayQueueFull(queue));
        }
    }
}
