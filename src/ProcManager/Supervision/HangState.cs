namespace ProcManager.Supervision;

/// <summary>Where a hung worker is on the ladder.</summary>
internal enum HangStep
{
    None,
    Examining,
    Capturing,

    /// <summary>It was told to leave; KILL follows, armed on its request.</summary>
    Leaving,
}

/// <summary>A look at the process: its state as in proc(5), and its processor time.</summary>
internal readonly record struct Examination(TimeSpan At, char State, TimeSpan Cpu);

/// <summary>What the watchdog knows of one worker.</summary>
internal sealed record HangState
{
    /// <summary>The request of PreDispatch under way, and the first look that saw it.</summary>
    internal RequestKey? Seen { get; init; }

    internal TimeSpan SeenAt { get; init; }

    /// <summary>The last request of PreDispatch that was told of its soft timeout.</summary>
    internal ulong SoftNumber { get; init; }

    /// <summary>The worker was rung for the scope that began then.</summary>
    internal TimeSpan? SoftRung { get; init; }

    /// <summary>The first look that saw it stopped.</summary>
    internal TimeSpan? StoppedAt { get; init; }

    /// <summary>The request that was examined half-way, and what that showed.</summary>
    internal RequestKey? Half { get; init; }

    internal Examination? Before { get; init; }

    /// <summary>The request that took too long.</summary>
    internal RequestKey? Found { get; init; }

    internal TimeSpan Began { get; init; }

    internal TimeSpan Limit { get; init; }

    internal HangKind Kind { get; init; }

    internal HangStep Step { get; init; }

    /// <summary>What it was leaving for already when it was found.</summary>
    internal WorkerExitCause? LeftFor { get; init; }

    internal TimeSpan CaptureUntil { get; init; }

    /// <summary>A process was to be started that looks into it.</summary>
    internal bool HasCapture { get; init; }

    /// <summary>How often in a row it could not be read whether its request goes on.</summary>
    internal int Unknowns { get; init; }

    /// <summary>The manager was away so long, which does not count.</summary>
    internal HangState Later(TimeSpan gap) => this with
    {
        SeenAt = SeenAt + gap,
        StoppedAt = StoppedAt + gap,
        Began = Began + gap,
        CaptureUntil = CaptureUntil + gap,
        Before = Before is { } before ? before with { At = before.At + gap } : null,
    };
}
