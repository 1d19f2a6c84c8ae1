using ProcManager.Posix;

namespace ProcManager.Tool.Reaping;

/// <summary>A child that is over the limit. It is signalled through a pidfd, and only while it is still the same process, a child of the same parent, and over the limit.</summary>
internal sealed class GrownProcess(int pid, long startTime, long memory) : IDisposable
{
    private int _pidFd = -1;

    internal int Pid => pid;

    /// <summary>Which process this is, also after its number was given out anew.</summary>
    internal (int Pid, long StartTime) Identity => (pid, startTime);

    /// <summary>In bytes, at the last look.</summary>
    internal long Memory { get; private set; } = memory;

    /// <summary>All children of a parent that are over the limit now, the largest first.</summary>
    /// <exception cref="ToolException">The kernel does not tell the children.</exception>
    internal static List<GrownProcess> Among(ParentProcess parent, ReapOptions options, ChildMemory memory) =>
    [
        .. parent.Children()
            .Select(pid => new GrownProcess(pid, ProcFs.StartTime(pid), memory.Of(pid, options.Measure)))
            .Where(p => p.Memory > options.MaxMemory)
            .OrderByDescending(static p => p.Memory),
    ];

    /// <summary>Measures again. False: it is no longer there, or no longer over the limit.</summary>
    internal bool IsStillOver(ParentProcess parent, ReapOptions options, ChildMemory memory)
    {
        Memory = memory.Of(pid, options.Measure);
        return Memory > options.MaxMemory && IsSame(parent);
    }

    /// <summary>False: it has ended meanwhile, or may not be signalled.</summary>
    internal bool TrySignal(ParentProcess parent, int signal)
    {
        _pidFd = Children.OpenPidFd(pid);
        return _pidFd >= 0 && IsSame(parent) && Children.Signal(pid, _pidFd, signal); // looked at once more behind the open: from here on the number is this process's
    }

    /// <summary>Waits for the end. False: it has not ended in this time.</summary>
    internal bool Ends(TimeSpan time) => Connections.WaitFor(_pidFd, Constants.POLLIN, (int)time.TotalMilliseconds) != 0;

    public void Dispose() => Descriptors.Close(_pidFd);

    private bool IsSame(ParentProcess parent) => ProcFs.StartTime(pid) == startTime && ProcFs.Parent(pid) == parent.Pid && parent.IsThere;
}
