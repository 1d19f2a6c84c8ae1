namespace ProcManager.Tool.Reaping;

/// <summary>What <c>procman reap</c> was told.</summary>
internal sealed record ReapOptions
{
    /// <summary>The parent, when it was given as a number.</summary>
    internal int? ParentPid { get; init; }

    /// <summary>The parent's pid file. It is read anew in each round: the service may have been started again.</summary>
    internal string? PidFile { get; init; }

    internal required long MaxMemory { get; init; }

    internal MemoryMeasure Measure { get; init; } = MemoryMeasure.Private;

    internal int Signal { get; init; }

    internal string SignalName { get; init; } = "";

    /// <summary>How often in a row a process must be over the limit, one second apart.</summary>
    internal int Samples { get; init; }

    /// <summary>Between the end of one process and the signal to the next.</summary>
    internal TimeSpan Pause { get; init; }

    /// <summary>A request may take so long before its process ends. A process that takes longer is left alone, and the next one waits no more.</summary>
    internal TimeSpan Patience { get; init; }

    /// <summary>Between two rounds; null: one round.</summary>
    internal TimeSpan? Interval { get; init; }
}
