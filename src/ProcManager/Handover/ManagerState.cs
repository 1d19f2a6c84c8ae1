using System.Text.Json.Serialization;

namespace ProcManager.Handover;

/// <summary>
/// What a manager leaves to the program that takes over its process (restart in place), as JSON in a file without a name. Members are only ever added, each with a default that an older manager means, and an unknown one is passed over;
/// <see cref="Format"/> goes up only when one version cannot understand the other. Times are those of CLOCK_MONOTONIC, which goes on.
/// </summary>
internal sealed record ManagerState
{
    internal const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The version of the library that has written this.</summary>
    public string Library { get; init; } = LaunchRecord.OwnLibrary;

    public WorkerLeft[] Workers { get; init; } = [];

    public OutputLeft[] Outputs { get; init; } = [];

    public SocketLeft[] Sockets { get; init; } = [];

    /// <summary>Other children of this process, which are to be reaped.</summary>
    public int[] Children { get; init; } = [];

    public int Generation { get; init; } = 1;

    /// <summary>How many workers were wanted, how many there might be at most, and what the options said of both.</summary>
    public int Target { get; init; }

    public int Max { get; init; }

    public int MaxByOptions { get; init; }

    public string Sizing { get; init; } = nameof(PoolSizing.Static);

    public bool EverReady { get; init; }

    public bool EverServed { get; init; }

    public bool ReadyAnnounced { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>Lines of workers that were lost and not told yet.</summary>
    public long LinesLost { get; init; }

    /// <summary>The path of the pid file; null: there is none.</summary>
    public string? PidFile { get; init; }

    /// <summary>The lowest level of messages that an operator has asked for; null: as the program has it.</summary>
    public int? LogLevel { get; init; }

    /// <summary>One worker.</summary>
    internal sealed record WorkerLeft(int Slot, int Generation, int Pid, int Lifeline, TimeSpan StartedAt, string Phase)
    {
        public bool EverReady { get; init; }

        public bool Standby { get; init; }

        public TimeSpan? Deadline { get; init; }

        public TimeSpan? PriorityRestoredAt { get; init; }

        public TimeSpan ReadySince { get; init; }

        public TimeSpan ServingSince { get; init; }

        public string? AskedFor { get; init; }

        public TimeSpan AskedAt { get; init; }

        public string? LeaveCause { get; init; }

        public bool LeavesForReload { get; init; }

        public bool IsCrashing { get; init; }

        public bool FailureCounted { get; init; }

        public bool AbandonedAfterKill { get; init; }

        public bool IsWrittenOff { get; init; }

        public bool HasRequest { get; init; }

        public TimeSpan FreeSince { get; init; }

        public ChannelLeft[] Channels { get; init; } = [];
    }

    /// <summary>Over which a worker is handed the connections of a listener: the manager's end, and its copy of the worker's.</summary>
    internal sealed record ChannelLeft(string Listener, int Ours, int Theirs);

    /// <summary>A pipe that a worker writes to, and the beginning of a line whose end has not come.</summary>
    internal sealed record OutputLeft(int Descriptor, int Slot, int Pid, bool IsError, byte[] Unfinished);

    /// <summary>A listening socket of the manager's own: the status page's or the control socket's.</summary>
    internal sealed record SocketLeft(string Name, int Descriptor, string Address, uint Major, uint Minor, ulong Inode);
}

[JsonSerializable(typeof(ManagerState))]
internal sealed partial class ManagerStateJson : JsonSerializerContext;
