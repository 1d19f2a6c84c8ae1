using ProcManager.Posix;

namespace ProcManager;

/// <summary>The exact end of a worker, see wait4(2).</summary>
public sealed record WorkerExit
{
    /// <summary>The slot it had, counted from 0.</summary>
    public required int Slot { get; init; }

    /// <summary>Its process id.</summary>
    public required int ProcessId { get; init; }

    /// <summary>Its generation: 1 at first, one more with each reload.</summary>
    public required int Generation { get; init; }

    /// <summary>Why it ended, as the manager sees it.</summary>
    public required WorkerExitCause Cause { get; init; }

    /// <summary>The exit code, 0 to 255; null when a signal ended it or the end is not known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended it; null when it exited by itself.</summary>
    public int? Signal { get; init; }

    /// <summary>True when the kernel wrote a core file.</summary>
    public bool CoreDumped { get; init; }

    /// <summary>Processor time spent in the program.</summary>
    public TimeSpan UserTime { get; init; }

    /// <summary>Processor time spent in the kernel.</summary>
    public TimeSpan SystemTime { get; init; }

    /// <summary>The most memory it ever had resident, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>How long it lived.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>How many requests it had finished.</summary>
    public long Requests { get; init; }

    /// <summary>The end in words: <c>exit code 3</c>, <c>SIGKILL</c>, <c>SIGABRT, core dumped</c>.</summary>
    public string HowItEnded => (ExitCode, Signal) switch
    {
        ({ } code, _) => $"exit code {code}",
        (_, { } signal) => Signals.Name(signal) + (CoreDumped ? ", core dumped" : ""),
        _ => "an exit status somebody else took",
    };
}
