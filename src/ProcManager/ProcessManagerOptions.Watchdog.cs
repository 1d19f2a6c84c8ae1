namespace ProcManager;

/// <content>What is done about workers that hang or burn processor time.</content>
public sealed partial class ProcessManagerOptions
{
    /// <summary>How long a request may take. After it its worker is hung, and <see cref="WatchdogLadder"/> says what becomes of it.</summary>
    /// <value>The default is zero: no limit. Zero, or 100 milliseconds to 24 hours.</value>
    public TimeSpan RequestTimeout { get; set; }

    /// <summary>How long a request may take that was declared long by <see cref="ProcessManager.MarkLong"/>.</summary>
    /// <value>The default is zero: no limit for these. Zero, or 100 milliseconds to 24 hours, and not below <see cref="RequestTimeout"/>.</value>
    public TimeSpan LongRequestTimeout { get; set; }

    /// <summary>After so long <see cref="ProcessManager.SoftTimeout"/> is raised in the worker: it may say what it does, give up, or call <see cref="ProcessManager.Extend"/>.</summary>
    /// <value>The default is zero: never. Zero, or 100 milliseconds to 24 hours, and below <see cref="RequestTimeout"/>.</value>
    public TimeSpan SoftRequestTimeout { get; set; }

    /// <summary>How often the manager checks the workers' requests, in shared memory.</summary>
    /// <value>The default is null: a twelfth of the shortest request timeout, at least 10 milliseconds, at most 1 minute. 10 milliseconds to 1 hour, and not above a tenth of the shortest timeout, so that a hang is found within 10 % of it.</value>
    public TimeSpan? WatchdogInterval { get; set; }

    /// <summary>What is done about a hung worker, in this order.</summary>
    /// <value>The default is <see cref="WatchdogSteps.Log"/>, <see cref="WatchdogSteps.Capture"/>, <see cref="WatchdogSteps.Terminate"/> and <see cref="WatchdogSteps.Kill"/>. Exactly one of <see cref="WatchdogSteps.Kill"/> and <see cref="WatchdogSteps.Keep"/> must be in it.</value>
    public WatchdogSteps WatchdogLadder { get; set; } = WatchdogSteps.Log | WatchdogSteps.Capture | WatchdogSteps.Terminate | WatchdogSteps.Kill;

    /// <summary>How long a hung worker that was asked to leave (TERM) may take before it is killed.</summary>
    /// <value>The default is 5 seconds. 10 milliseconds to 24 hours.</value>
    public TimeSpan WatchdogGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the capture of a hung worker's stacks, or of a dump, may take. The ladder waits for it.</summary>
    /// <value>The default is 10 seconds. 100 milliseconds to 10 minutes.</value>
    public TimeSpan CaptureTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Where the stacks of hung workers are written, a file each, and dumps. A folder that is there; a relative one is looked for where managing begins.</summary>
    /// <value>The default is null: stacks go to the log, dumps to the folder for temporary files.</value>
    public string? CaptureFolder { get; set; }

    /// <summary>A program that is run when a hung worker is kept (<see cref="WatchdogSteps.Keep"/>), with the worker's process id, its slot and its request as arguments. Without a slash at its begin it is looked for where managing begins, not in PATH.</summary>
    /// <value>The default is null: none.</value>
    public string? KeepCommand { get; set; }

    /// <summary>How many hung workers are kept at most; further ones are killed.</summary>
    /// <value>The default is 1. 1 to 100.</value>
    public int KeepLimit { get; set; } = 1;

    /// <summary>How much processor time one request may take. A worker above it is a rogue: it gets INT, then TERM, then KILL, a step each <see cref="RogueInterval"/>, and is forgiven when it has calmed down.</summary>
    /// <value>The default is zero: no limit. Zero, or 100 milliseconds to 24 hours.</value>
    public TimeSpan CpuLimit { get; set; }

    /// <summary>How much processor time a worker may take in its life, as <see cref="CpuLimit"/>.</summary>
    /// <value>The default is zero: no limit. Zero, or 1 second to 365 days.</value>
    public TimeSpan CpuTimeLimit { get; set; }

    /// <summary>How often the workers' processor time is looked at.</summary>
    /// <value>The default is 10 seconds. 10 milliseconds to 1 hour.</value>
    public TimeSpan RogueInterval { get; set; } = TimeSpan.FromSeconds(10);
}
