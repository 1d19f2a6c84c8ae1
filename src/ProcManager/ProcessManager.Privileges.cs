using ProcManager.Diagnostics;
using ProcManager.Listening;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager;

/// <content>As whom the manager, its workers and a plain process run.</content>
public partial class ProcessManager
{
    private WorkerIdentity? _identity; // manager process: of its workers, while the manager is another user

    // Manager process, before anything is opened.
    private void FindIdentity(ProcessManagerOptions options)
    {
        _identity = WorkerIdentity.Of(options);
        _identity?.ThrowIfItCannotRun(_self!.Path);
        if (options.NoNewPrivileges)
        {
            Privileges.DenyNew(); // of this thread, which starts all processes
        }
    }

    private void WarnIfMemoryIsNotReadable(ProcessManagerOptions options)
    {
        if (_identity is not null && options is { ManagerKeepsPrivileges: true, MemoryMeasure: MemoryMeasure.Proportional } and not { MaxMemory: 0, MaxPoolMemory: 0 }
            && ThreadStatus.Of("/proc/thread-self")?.Has(Constants.CAP_SYS_PTRACE) == false)
        {
            PrivilegeLog.MemoryNotReadable(_log);
        }
    }

    // Pid 1, when the manager was started: in a container without CAP_KILL, root may not signal a manager that has given up its privileges.
    private void FollowAsPid1(ProcessManagerOptions options)
    {
        if (!options.ManagerKeepsPrivileges && WorkerIdentity.Of(options) is { } identity)
        {
            GiveUpPrivileges(identity);
        }
    }

    // Manager process, when all is open that root opens.
    private void SettleIdentity(ProcessManagerOptions options)
    {
        if (_identity is null)
        {
            return;
        }

        if (options.ManagerKeepsPrivileges)
        {
            PrivilegeLog.WorkersAreOfUser(_log, _identity.ToString());
            return;
        }

        GiveUpPrivileges(_identity);
        _identity = null; // from now on all are one user
    }

    // A plain process
    private void BecomePlain()
    {
        try
        {
            OpenOutputOfPlainProcess();
            PlainOpens?.Invoke();
            if (WorkerIdentity.Of(Options) is { } identity)
            {
                GiveUpPrivileges(identity);
            }

            PlainBegins?.Invoke();
        }
        catch
        {
            LeaveLog();
            Volatile.Write(ref _managing, 0);
            throw;
        }

        if (Options.Sizing == PoolSizing.PerRequest)
        {
            PerRequestLog.NotIsolated(_log);
        }

        _managerSignals?.TakeBack();
        _worker = Worker.WorkerProcess.Plain(_log, ExitProcess);
        TellStarter();
    }

    private void GiveUpPrivileges(WorkerIdentity identity)
    {
        _logFile?.Give(identity.Credentials.User, identity.Credentials.Group);
        identity.TakeForGood();
        PrivilegeLog.GivenUp(_log, identity.ToString());
    }

    /// <summary>The user that a manager's own files are to belong to, beside root; null: the manager's.</summary>
    private Credentials? LaterUser(ProcessManagerOptions options) => options.ManagerKeepsPrivileges ? null : _identity?.Credentials;

    private ListenOptions AccessOf(ProcessManagerOptions options, UnixFileMode mode) => LaterUser(options) is { } user
        ? new() { Mode = mode, Owner = Text(user.User), Group = Text(user.Group) }
        : new() { Mode = mode };

    private static string Text(uint id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // Manager process, at its end: a manager that has given up its privileges may not remove what root has made.
    private void ReleaseFiles(PidFile? pidFile)
    {
        foreach (UnixListener listener in _listeners.Unix.Concat(_ownSockets.Select(static s => s.Listener)))
        {
            if (listener.WhyLeft is { } reason)
            {
                PrivilegeLog.SocketFileLeft(_log, listener.Path, reason);
            }
        }

        _ownSockets.Clear();
        if (pidFile?.Release() is { } why)
        {
            PrivilegeLog.PidFileEmptied(_log, pidFile.Path, why);
        }
    }
}
