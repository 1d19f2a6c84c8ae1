using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>A worker from the manager's side: the process, and the manager's end of its lifeline.</summary>
internal sealed class WorkerHandle(int slot, int generation, int pid, int pidFd, int lifeline, TimeSpan startedAt)
{
    internal int Slot { get; } = slot;

    internal int Generation { get; } = generation;

    internal int Pid { get; } = pid;

    /// <summary>-1 where the kernel has none; SIGCHLD tells then.</summary>
    internal int PidFd { get; private set; } = pidFd;

    /// <summary>-1 once it has been read to its end.</summary>
    internal int Lifeline { get; private set; } = lifeline;

    internal TimeSpan StartedAt { get; } = startedAt;

    /// <summary>In the kernel's ticks, as in the names of what it leaves in the temp folder; read once it was started.</summary>
    internal string? StartTime { get; set; }

    /// <summary>Set when it was reaped. From here on its pid may be a stranger's: nothing is sent to it.</summary>
    internal WorkerExit? Exit { get; set; }

    /// <summary>How many bytes it has sent on its lifeline so far.</summary>
    internal int Words { get; set; }

    /// <summary>One request a process: one for each listener.</summary>
    internal IReadOnlyList<WorkerChannel> Channels { get; set; } = [];

    /// <summary>How many connections it was handed; for each it may say a word more.</summary>
    internal int Handed { get; set; }

    /// <summary>How many workers have not read the connection that it was handed last.</summary>
    internal int Tries { get; set; }

    internal void CloseLifeline()
    {
        Descriptors.Close(Lifeline);
        Lifeline = -1;
    }

    /// <summary>The worker has ended. Its ends of the channels stay: a connection may be there that it has not read.</summary>
    internal void CloseEnded()
    {
        CloseLifeline();
        Descriptors.Close(PidFd);
        PidFd = -1;
        foreach (WorkerChannel channel in Channels)
        {
            channel.CloseOurs();
        }
    }

    internal void Close()
    {
        CloseEnded();
        foreach (WorkerChannel channel in Channels)
        {
            channel.CloseTheirs();
        }
    }
}
