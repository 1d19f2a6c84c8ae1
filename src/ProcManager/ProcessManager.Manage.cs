using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Scoreboard;
using ProcManager.Worker;

namespace ProcManager;

public partial class ProcessManager
{
    private static int _managing;

    private SignalSource? _signals; // worker process
    private ManagerSignals? _managerSignals;
    private ManagerBoard? _board;
    private Inbox? _inbox;
    private string? _givenUp;

    /// <summary>
    /// In the process that was started: becomes the manager, keeps the workers alive until it is told to stop, and ends the process
    /// (through <see cref="ExitProcess"/>) with 0, or with 1 when a worker had to be killed or none ever became ready. In a worker: returns
    /// true at once. With a process count of 0: returns true at once, and nothing is managed.
    /// </summary>
    /// <returns>True where requests are to be served. False only in a manager whose <see cref="ExitProcess"/> was overridden and came back.</returns>
    /// <remarks>When the call throws, nothing has changed: the listeners stay open, the signals are as before, and it may be repeated.</remarks>
    /// <exception cref="InvalidOperationException">Manage was called before in this process, or managing has ended and has closed the listeners.</exception>
    /// <exception cref="ProcManagerException">Another live manager holds the pid file, or <see cref="ProcessManagerOptions.WorkingDirectory"/> is not there.</exception>
    /// <exception cref="ProcManagerConfigurationException">An option is out of its range.</exception>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux, and the process count is not 0.</exception>
    public bool Manage() => Manage(null, null);

    /// <summary>As <see cref="Manage()"/>, with two options given with the call.</summary>
    /// <param name="processCount">How many workers; null: as in <see cref="Options"/>.</param>
    /// <param name="pidFile">The pid file; null: as in <see cref="Options"/>.</param>
    /// <returns>True where requests are to be served.</returns>
    public bool Manage(int? processCount, string? pidFile = null)
    {
        if (Enter(processCount, pidFile) is not { } exitCode)
        {
            return true;
        }

        if (_givenUp is { } reason)
        {
            Abort(reason, exitCode);
        }
        else
        {
            ExitProcess(exitCode);
        }

        StopHearingSignals();
        return false;
    }

    /// <summary>As <see cref="Manage()"/>, but gives the exit code back in the manager instead of ending the process.</summary>
    /// <param name="serve">The request loop; runs in each worker, or in the one plain process. It returns when <see cref="Accept(System.Net.Sockets.Socket)"/> returns null or <see cref="Stopping"/> fires.</param>
    /// <returns>In the manager 0 or 1 as there; in a worker 0, when <paramref name="serve"/> has returned.</returns>
    public int Run(Action serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        if (Enter(null, null) is { } exitCode)
        {
            StopHearingSignals();
            return exitCode;
        }

        serve();
        return 0;
    }

    /// <summary>As <see cref="Run"/>, for an asynchronous request loop. The manager has a thread of its own.</summary>
    /// <param name="serve">The request loop; its token is <see cref="Stopping"/>.</param>
    /// <returns>As of <see cref="Run"/>.</returns>
    public async Task<int> RunAsync(Func<CancellationToken, Task> serve)
    {
        ArgumentNullException.ThrowIfNull(serve);
        int? exitCode = Role == ProcessRole.Manager
            ? await Task.Factory.StartNew(() => Enter(null, null), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false)
            : Enter(null, null);
        if (exitCode is { } code)
        {
            StopHearingSignals();
            return code;
        }

        await serve(Stopping).ConfigureAwait(false);
        return 0;
    }

    // Not before: while the process is on its way out, a late TERM would end it by default action, with the wrong exit code.
    private void StopHearingSignals()
    {
        _managerSignals?.Dispose();
        _managerSignals = null;
    }

    // manager process; from the constructor on, and once more when an option was changed since
    private void HearSignals()
    {
        if (Options.ProcessCount == 0 || _capture is not null || _managerSignals?.Hears == !Options.NoSignals)
        {
            return;
        }

        _managerSignals?.Dispose();
        _managerSignals = new ManagerSignals(!Options.NoSignals, signal => Log.SignalOfTerminal(_log, Signals.Name(signal)), keepsStops: Environment.ProcessId == 1 || _launch is not null, takesOver: _launch is { State: >= 0 });
    }

    // Null where requests are to be served, the exit code in a manager that has ended.
    private int? Enter(int? processCount, string? pidFile)
    {
        if (_capture is not null)
        {
            return 1; // started to look into a worker, but this program does not call UseCapture any more
        }

        Options.ProcessCount = processCount ?? Options.ProcessCount;
        Options.PidFile = pidFile ?? Options.PidFile;
        ProcessManagerOptionsValidator.ThrowIfInvalid(Options);
        if (Role != ProcessRole.Unmanaged)
        {
            Platform.ThrowIfNotLinux(
                "A pool of processes",
                $"Set {ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.ProcessCount)} to 0 to run as one plain process, or run the program in WSL or in a Linux container.");
        }

        if (_launch is { Trial: >= 0 } trial)
        {
            EndTrial(trial);
        }

        if (StartDetached() is { } detached)
        {
            return detached;
        }

        if (Interlocked.Exchange(ref _managing, 1) != 0)
        {
            throw new InvalidOperationException("Manage was called before in this process, by this instance or another one. It is called once, before the request loop.");
        }

        switch (Role)
        {
            case ProcessRole.Worker:
                BecomeWorker();
                return null;
            case ProcessRole.Unmanaged:
                BecomePlain();
                return null;
            default:
                try
                {
                    HearSignals();
                    return BecomeManager(Options.Copy());
                }
                catch
                {
                    LeaveLog(); // an exception without a handler is told before a finally block runs, and belongs where the program was started
                    throw;
                }
                finally
                {
                    LeaveLog();
                    Volatile.Write(ref _managing, 0);
                }
        }
    }

    /// <summary>A plain process inside a worker, for requests that no client has sent: it is ready, and nothing shows what it counts.</summary>
    internal static ProcessManager ForRehearsal()
    {
        var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 }, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        manager.ServeAlone();
        manager.Ready();
        return manager;
    }

    /// <summary>As <see cref="Manage()"/> with a process count of 0, but several times in a process: for tests of what serves connections.</summary>
    internal void ServeAlone() => _worker = WorkerProcess.Plain(_log, ExitProcess);
}
