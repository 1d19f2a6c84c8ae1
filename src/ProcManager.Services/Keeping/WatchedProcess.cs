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

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    private readonly KeeperLoop _loop;
    private readonly bool _isChild;
    private readonly bool _endsGroup;
    private readonly Action<ProcessEnd> _ended;
    private int _pidFd = -1;
    private Action? _later;
    private bool _isClosed;

    private WatchedProcess(KeeperLoop loop, SeenProcess process, bool isChild, bool endsGroup, Action<ProcessEnd> ended) =>
        (_loop, Process, _isChild, _endsGroup, _ended) = (loop, process, isChild, endsGroup, ended);

    /// <summary>Opens a pidfd, as <see cref="Children.OpenPidFd(int, out bool)"/>.</summary>
    internal delegate int Opener(int pid, out bool isGone);

    internal SeenProcess Process { get; }

    /// <summary>A child that was just started and that nothing else reaps.</summary>
    /// <param name="loop">The loop that hears of the end.</param>
    /// <param name="pid">The child.</param>
    /// <param name="endsGroup">When it ends, what is left of its process group gets KILL.</param>
    /// <param name="ended">Gets the end.</param>
    internal static WatchedProcess OfChild(KeeperLoop loop, int pid, bool endsGroup, Action<ProcessEnd> ended)
    {
        int pidFd = Children.OpenPidFd(pid);
        if (pidFd < 0)
        {
            UnwatchedChild.End(pid);
            throw new ProcManagerException("The kernel gives no descriptor for a process (pidfd_open), which takes Linux 5.3 and a free descriptor. The process was killed again.") { MayPass = true };
        }

        try
        {
            var child = new WatchedProcess(loop, new SeenProcess(pid, ProcFs.StartTime(pid)), isChild: true, endsGroup, ended);
            child.Watch(pidFd);
            return child;
        }
        catch
        {
            UnwatchedChild.End(pid); // no process is left that the keeper does not know
            throw;
        }
    }

    /// <summary>A process that an earlier keeper has started; null when it is not there (any more). After a restart in place (exec) it is still a child of this process, and no other part knows it.</summary>
    internal static WatchedProcess? OfEarlierKeeper(KeeperLoop loop, SeenProcess process, bool endsGroup, Action<ProcessEnd> ended) =>
        Of(new WatchedProcess(loop, process, Children.IsOurs(process.Pid), endsGroup, ended), Children.OpenPidFd);

    /// <summary>A process that this keeper has not started; null when it is not there (any more).</summary>
    internal static WatchedProcess? OfOther(KeeperLoop loop, SeenProcess process, Action<ProcessEnd> ended, Opener? open = null) =>
        Of(new WatchedProcess(loop, process, isChild: false, endsGroup: false, ended), open ?? Children.OpenPidFd);

    private static WatchedProcess? Of(WatchedProcess process, Opener open) => process.TryWatch(open) ? process : null;

    /// <summary>To the process alone. CONT follows TERM: a stopped process takes no signal but KILL before it goes on.</summary>
    internal void Signal(int signal)
    {
        if (_pidFd < 0)
        {
            _later = () => Signal(signal);
        }
        else if (!_isClosed)
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
        if (_pidFd < 0)
        {
            _later = () => SignalGroup(signal);
            return;
        }

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

    /// <summary>False: the process is not there (any more). Where the kernel cannot tell now, as without a free descriptor, it is asked again: what may run is not taken for gone.</summary>
    private bool TryWatch(Opener open)
    {
        int pidFd = open(Process.Pid, out bool isGone);
        long start = ProcFs.StartTime(Process.Pid); // 0: it is not there, or no file can be opened now
        if (isGone || (start > 0 && start != Process.StartTime) || (pidFd >= 0 && !_isChild && HasEnded(pidFd)))
        {
            Descriptors.Close(pidFd);
            return false;
        }

        try
        {
            if (pidFd >= 0 && start > 0)
            {
                Watch(pidFd);
                _later?.Invoke();
                return true;
            }
        }
        catch (PosixException)
        {
            pidFd = -1; // closed; no room for it in the epoll now
        }

        Descriptors.Close(pidFd);
        _ = WatchLaterAsync(open);
        return true;
    }

    private async Task WatchLaterAsync(Opener open)
    {
        await Task.Delay(Again).ConfigureAwait(false);
        _loop.Post(() => TryAgain(open));
    }

    private void TryAgain(Opener open)
    {
        if (!_isClosed && _pidFd < 0 && !TryWatch(open))
        {
            CheckEnd();
        }
    }

    /// <summary>Closes the descriptor when that fails.</summary>
    private void Watch(int pidFd)
    {
        try
        {
            _loop.Watch(pidFd, CheckEnd);
            _pidFd = pidFd;
        }
        catch
        {
            Descriptors.Close(pidFd);
            throw;
        }
    }

    private void CheckEnd()
    {
        if (_endsGroup && !(_isChild && Children.IsRunning(Process.Pid)) && IsGroupStillIts())
        {
            Children.KillGroup(Process.Pid);
        }

        ChildEnd? end = _isChild ? Children.TryReap(Process.Pid) : ChildEnd.Unknown;
        if (end is { } known)
        {
            Close();
            _ended(Words(known, _isChild));
        }
    }

    /// <summary>The number of a process that was not reaped is no other one's, and neither is that of a group with members. Of a process that is no child another one may have the number by now.</summary>
    private bool IsGroupStillIts() => _isChild ? Children.IsOurs(Process.Pid) : ProcFs.StartTime(Process.Pid) is var start && (start == 0 || start == Process.StartTime);

    /// <summary>The process is dead, reaped or not.</summary>
    internal static bool HasEnded(int pidFd) => Connections.WaitFor(pidFd, Constants.POLLIN, 0) != 0;

    private static ProcessEnd Words(ChildEnd end, bool isChild) => end switch
    {
        { ExitCode: { } code } => new(string.Create(CultureInfo.InvariantCulture, $"exited with code {code}"), code != 0),
        { Signal: { } signal } => new($"was ended by {Signals.Name(signal)}{(end.CoreDumped ? " and left a core dump" : "")}", true),
        _ when isChild => new("ended; another part of this program has taken its exit code", false),
        _ => new("ended; its exit code is not known, since an earlier keeper had started it", false),
    };
}
