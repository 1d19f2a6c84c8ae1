using System.Globalization;
using ProcManager.Posix;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Keeping;

/// <summary>How a process ended.</summary>
/// <param name="How">In words: "exited with code 1".</param>
/// <param name="IsFailure">In another way than with exit code 0. False where the exit code is not known.</param>
internal readonly record struct ProcessEnd(string How, bool IsFailure);

/// <summary>A process whose end the keeper's loop hears of through a pidfd. Only this process's own children are waited for, each by its number: a host has children of its own.</summary>
internal sealed class WatchedProcess
{
    private const int CONT = 18;

    private readonly KeeperLoop _loop;
    private readonly int _pidFd;
    private readonly bool _isChild;
    private readonly Action<ProcessEnd> _ended;
    private bool _isClosed;

    private WatchedProcess(KeeperLoop loop, SeenProcess process, int pidFd, bool isChild, Action<ProcessEnd> ended)
    {
        (_loop, Process, _pidFd, _isChild, _ended) = (loop, process, pidFd, isChild, ended);
        loop.Watch(pidFd, CheckEnd);
    }

    internal SeenProcess Process { get; }

    /// <summary>A child that was just started and that nothing else reaps.</summary>
    internal static WatchedProcess OfChild(KeeperLoop loop, int pid, Action<ProcessEnd> ended)
    {
        int pidFd = Children.OpenPidFd(pid);
        if (pidFd < 0)
        {
            Children.KillGroup(pid);
            Children.Reap(pid);
            throw new ProcManagerException("The kernel gives no descriptor for a process (pidfd_open), which takes Linux 5.3 and a free descriptor. The process was killed again.") { MayPass = true };
        }

        try
        {
            return new(loop, new SeenProcess(pid, ProcFs.StartTime(pid)), pidFd, isChild: true, ended);
        }
        catch
        {
            Descriptors.Close(pidFd);
            Children.KillGroup(pid); // no process is left that the keeper does not know
            Children.Reap(pid);
            throw;
        }
    }

    /// <summary>A process that is no child of the keeper's; null when it is not there (any more).</summary>
    internal static WatchedProcess? OfOther(KeeperLoop loop, SeenProcess process, Action<ProcessEnd> ended)
    {
        int pidFd = Children.OpenPidFd(process.Pid);
        if (pidFd >= 0 && ProcFs.StartTime(process.Pid) == process.StartTime && !HasEnded(pidFd))
        {
            return new(loop, process, pidFd, isChild: false, ended);
        }

        Descriptors.Close(pidFd);
        return null;
    }

    /// <summary>To the process alone. CONT follows TERM: a stopped process takes no signal but KILL before it goes on.</summary>
    internal void Signal(int signal)
    {
        if (!_isClosed)
        {
            _ = Children.Signal(Process.Pid, _pidFd, signal);
            if (signal == Signals.TERM)
            {
                _ = Children.Signal(Process.Pid, _pidFd, CONT);
            }
        }
    }

    /// <summary>To the process group that the process leads.</summary>
    internal void SignalGroup(int signal)
    {
        if (_isClosed || (!_isChild && HasEnded(_pidFd)))
        {
            return;
        }

        Children.SignalGroup(Process.Pid, signal);
        if (signal == Signals.TERM)
        {
            Children.SignalGroup(Process.Pid, CONT);
        }
    }

    /// <summary>The end is not told any more. A child that ends later is not reaped before this process ends.</summary>
    internal void Close()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _loop.Unwatch(_pidFd);
            Descriptors.Close(_pidFd);
        }
    }

    private void CheckEnd()
    {
        ChildEnd? end = _isChild ? Children.TryReap(Process.Pid) : ChildEnd.Unknown;
        if (end is { } known)
        {
            Close();
            _ended(Words(known, _isChild));
        }
    }

    private static bool HasEnded(int pidFd) => Connections.WaitFor(pidFd, Constants.POLLIN, 0) != 0;

    private static ProcessEnd Words(ChildEnd end, bool isChild) => end switch
    {
        { ExitCode: { } code } => new(string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"), code != 0),
        { Signal: { } signal } => new($"was ended by {Signals.Name(signal)}{(end.CoreDumped ? " and left a core dump" : "")}", true),
        _ when isChild => new("ended; another part of this program has taken its exit code", false),
        _ => new("ended; its exit code is not known, since an earlier keeper had started it", false),
    };
}
