using ProcManager.Tool.Pools;

namespace ProcManager.Tool.Watching;

/// <summary>What <c>procman watchdog</c> was told.</summary>
internal sealed record WatchOptions
{
    internal required PoolTarget Target { get; init; }

    /// <summary>A status page, instead of a pool of this machine.</summary>
    internal Uri? Url { get; init; }

    internal string? TokenFile { get; init; }

    /// <summary>How long a request may take.</summary>
    internal TimeSpan Timeout { get; init; }

    /// <summary>Between two samples.</summary>
    internal TimeSpan Interval { get; init; }

    /// <summary>Between the signal and KILL.</summary>
    internal TimeSpan Grace { get; init; }

    internal int Signal { get; init; }

    internal string SignalName { get; init; } = "";

    internal bool ReportOnly { get; init; }

    internal string? Command { get; init; }

    /// <summary>0 to 2, see <see cref="WatchdogLog"/>.</summary>
    internal int Debug { get; init; }

    internal bool Verbose { get; init; }

    internal required string LockFile { get; init; }

    /// <summary>Null: standard error.</summary>
    internal string? LogFile { get; init; }

    /// <summary>Started by <c>start</c>: leaves the session, and says on standard output when it runs.</summary>
    internal bool Detached { get; init; }

    /// <summary>What is watched, as the command line names it.</summary>
    internal string Title => Url?.ToString() ?? Target.Control ?? Target.PidFile ?? Target.Name ?? "the only pool";
}
