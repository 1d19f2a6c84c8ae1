using ProcManager.Services.Checks;

namespace ProcManager.Services.Supervision;

/// <summary>What is to be done for one service.</summary>
internal abstract record ServiceEffect
{
    private ServiceEffect()
    {
    }

    /// <summary>Make all checks; <see cref="ServiceEvent.Looked"/> follows, unless a check hangs.</summary>
    internal sealed record Look(int Number) : ServiceEffect;

    /// <summary>Run the start command; <see cref="ServiceEvent.Launched"/> or <see cref="ServiceEvent.LaunchFailed"/> follows.</summary>
    internal sealed record Launch(int Run) : ServiceEffect;

    /// <summary>The start has not given a process in time; what comes of it later is ended.</summary>
    internal sealed record AbandonStart : ServiceEffect;

    /// <summary>End what a process that is gone has left in its process group: it may hold what the next start needs. <see cref="ServiceEvent.AskedLeftovers"/> follows, at once, when a process got the signal.</summary>
    /// <param name="Leader">The process that is gone.</param>
    /// <param name="Forcefully">By KILL. Otherwise by TERM.</param>
    internal sealed record EndLeftovers(SeenProcess Leader, bool Forcefully) : ServiceEffect;

    /// <summary>Watch the process of a detached service; <see cref="ServiceEvent.ProcessGone"/> follows, at once when the process is not there.</summary>
    internal sealed record Watch(SeenProcess Process) : ServiceEffect;

    /// <summary>TERM to the process, and to the process group of the start command.</summary>
    internal sealed record Terminate : ServiceEffect;

    /// <summary>KILL to the same, and to the stop command's process group.</summary>
    internal sealed record Kill : ServiceEffect;

    /// <summary>KILL to the process group of the start command, unless the process that is watched belongs to it.</summary>
    internal sealed record KillStart : ServiceEffect;

    /// <summary>Run the stop command; <see cref="ServiceEvent.StopCommandEnded"/> follows.</summary>
    internal sealed record RunStopCommand : ServiceEffect;

    /// <summary>Take a snapshot; <see cref="ServiceEvent.SnapshotTaken"/> follows within the timeout of snapshots.</summary>
    internal sealed record TakeSnapshot(int Number, string Reason, SeenProcess? Process) : ServiceEffect;

    /// <summary>Say that the service runs and is left alone, since nothing says how to stop it.</summary>
    /// <param name="What">What is not done: restarted, stopped.</param>
    internal sealed record Refuse(string What) : ServiceEffect;

    /// <summary>Say that the stop command has ended and that the service runs all the same.</summary>
    /// <param name="What">What is not done: restarted, stopped.</param>
    internal sealed record TellNotStopped(string What) : ServiceEffect;

    /// <summary>Write down when and how the service died.</summary>
    internal sealed record RecordDeath(string Reason) : ServiceEffect;
}

/// <summary>A change that is told to people.</summary>
internal readonly record struct ServiceTelling(ServiceChange Change, string Reason);
