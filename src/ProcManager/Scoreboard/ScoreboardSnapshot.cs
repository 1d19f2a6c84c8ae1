namespace ProcManager;

/// <summary>The state of the last reload.</summary>
public enum ReloadStatus
{
    /// <summary>There has been none.</summary>
    None,

    /// <summary>One is under way.</summary>
    Running,

    /// <summary>The last one replaced every worker.</summary>
    Succeeded,

    /// <summary>The last one failed; the old workers went on.</summary>
    Failed,

    /// <summary>The manager was told to stop while the last one was under way.</summary>
    Abandoned,
}

/// <summary>The pool at one moment: a copy of the scoreboard, which changes no more.</summary>
public sealed record ScoreboardSnapshot
{
    /// <summary>The manager's process id.</summary>
    public required int ManagerProcessId { get; init; }

    /// <summary>When the manager began.</summary>
    public required DateTimeOffset ManagerStarted { get; init; }

    /// <summary>How many workers are wanted.</summary>
    public required int Target { get; init; }

    /// <summary>1 at first, one more with each reload.</summary>
    public required int Generation { get; init; }

    /// <summary>How many connections waited in the queues of the listeners when the manager last looked; 0 when none waited. The manager looks only while a connection waits, or on the timer of Dynamic and OnDemand.</summary>
    public required int Queue { get; init; }

    /// <summary>The state of the last reload.</summary>
    public required ReloadStatus Reload { get; init; }

    /// <summary>Why the last reload failed; null when it did not.</summary>
    public string? ReloadReason { get; init; }

    /// <summary>Workers started so far.</summary>
    public required long Starts { get; init; }

    /// <summary>Workers ended so far.</summary>
    public required long Ends { get; init; }

    /// <summary>Ends that nobody asked for.</summary>
    public required long Crashes { get; init; }

    /// <summary>Requests finished so far, those of ended workers included: the number never goes back.</summary>
    public required long Requests { get; init; }

    /// <summary>The slots with a worker, in order.</summary>
    public required IReadOnlyList<SlotSnapshot> Slots { get; init; }

    /// <summary>The last 64 ends, the newest first.</summary>
    public required IReadOnlyList<WorkerEnd> LastEnds { get; init; }

    /// <summary>One character a slot, from slot 0 to the last with a worker; a blank is an empty slot. See <see cref="SlotSnapshot.State"/>.</summary>
    public string States
    {
        get
        {
            if (Slots.Count == 0)
            {
                return "";
            }

            char[] states = new char[Slots[^1].Slot + 1];
            Array.Fill(states, ' ');
            foreach (SlotSnapshot slot in Slots)
            {
                states[slot.Slot] = slot.State;
            }

            return new string(states);
        }
    }
}

/// <summary>One slot with a worker.</summary>
public sealed record SlotSnapshot
{
    /// <summary>The slot, counted from 0.</summary>
    public required int Slot { get; init; }

    /// <summary>The process id; 0 while the start is under way.</summary>
    public required int ProcessId { get; init; }

    /// <summary>The generation.</summary>
    public required int Generation { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary><c>F</c> being started, <c>f</c> starting, <c>.</c> waiting for its first request, <c>w</c> waiting, <c>r</c> in a request, <c>l</c> in a request declared long, <c>s</c> standing by, <c>d</c> draining (told to leave, still in a request), <c>e</c> leaving.</summary>
    public required char State { get; init; }

    /// <summary>Requests finished.</summary>
    public required long Requests { get; init; }

    /// <summary>The number of the oldest request under way that was not declared long and has no limit of its own; 0: there is none. Of one worker's requests, no two have the same.</summary>
    internal ulong RequestNumber { get; init; }

    /// <summary>Requests under way.</summary>
    public required int Active { get; init; }

    /// <summary>Open connections, including connections kept between two requests. Of a host with a wait of its own: 0.</summary>
    public int Connections { get; init; }

    /// <summary>Memory at the last sample, in bytes, by <see cref="ProcessManagerOptions.MemoryMeasure"/>; 0 when a memory limit is not on.</summary>
    public required long Memory { get; init; }

    /// <summary>Processor time at the last sample; zero when a processor limit is not on.</summary>
    public required TimeSpan CpuTime { get; init; }

    /// <summary>The first 64 bytes of the request under way, as given to <see cref="ProcessManager.PreDispatch(string?, string?, TimeSpan?)"/> or <see cref="ProcessManager.BeginRequest"/>: of several the oldest, and of a long one only when there is no other.</summary>
    public string? Request { get; init; }

    /// <summary>Its client.</summary>
    public string? Client { get; init; }

    /// <summary>The number of the request of PreDispatch that is under way; 0: there is none.</summary>
    internal ulong Dispatch { get; init; }

    /// <summary>When the oldest scope began, by the monotonic clock; null: there is none, or a request of PreDispatch is under way.</summary>
    internal TimeSpan? Began { get; init; }
}

/// <summary>One entry of the ring of last ends.</summary>
/// <param name="Exit">The end.</param>
/// <param name="Ended">When it was reaped.</param>
/// <param name="LastRequest">The oldest request that was under way, if any.</param>
public sealed record WorkerEnd(WorkerExit Exit, DateTimeOffset Ended, string? LastRequest);
