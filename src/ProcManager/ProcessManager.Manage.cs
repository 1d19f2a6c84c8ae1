using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Scoreboard;
using ProcManager.Supervision;
using ProcManager.Worker;

namespace ProcManager;

public partial class ProcessManager
{
    private static int _managing;

    private SignalSource? _signals;
    private ManagerBoard? _board;
    private Inbox? _inbox;
    private string? _givenUp;

    /// <summary>
    /// In the process that was started: becomes the manager, keeps the workers alive until it is told to stop, and ends the process
    /// (through <see cref="ExitProcess"/>) with 0, or with 1 when a worker had to be killed or none ever became ready. In a worker: returns
    /// true at once. With a process count of 0: returns true at once, and nothing is managed.
    /// </summary>
    /// <returns>True where requests are to be served. False only in a manager whose <see cref="ExitProcess"/> was overridden and came back.</returns>
    /// <exception cref="InvalidOperationException">It was called before in this process.</exception>
    /// <exception cref="ProcManagerException">Another live manager holds the pid file.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of its range.</exception>
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
    /// <param name="serve">The request loop; runs in each worker, or in the one plain process. It returns when <see cref="Accept"/> returns null or <see cref="Stopping"/> fires.</param>
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
        _signals?.Dispose();
        _signals = null;
    }

    // Null where requests are to be served, the exit code in a manager that has ended.
    private int? Enter(int? processCount, string? pidFile)
    {
        Options.ProcessCount = processCount ?? Options.ProcessCount;
        Options.PidFile = pidFile ?? Options.PidFile;
        ProcessManagerOptionsValidator.ThrowIfInvalid(Options);
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
                _worker = WorkerProcess.Plain(_log, ExitProcess);
                return null;
            default:
                try
                {
                    return BecomeManager(Options.Copy());
                }
                finally
                {
                    Volatile.Write(ref _managing, 0);
                }
        }
    }

    /// <summary>As <see cref="Manage()"/> with a process count of 0, but several times in a process: for tests of what serves connections.</summary>
    internal void ServeAlone() => _worker = WorkerProcess.Plain(_log, ExitProcess);

    // worker process
    private void BecomeWorker()
    {
        _worker = WorkerProcess.Managed(_launch!, Options.MaxRequests, Options.NoSignals, _log, ExitProcess);
        if (!Options.NoSignals)
        {
            _signals = SignalSource.ForWorker(_worker.OnSignal);
        }

        ChangeProcessName(WorkerTitle(Slot));
        OnHandling();
        if (_listeners.Count == 0)
        {
            _worker.Ready(); // it has a wait of its own, which nobody sees begin
        }
    }

    // manager process
    private int BecomeManager(ProcessManagerOptions options)
    {
        string reset = Signals.ResetIgnored();
        if (Environment.ProcessId == 1)
        {
            int relayed = InitRelay.Run(_self!, _listeners.ToHandOver, _log, options.NoSignals);
            _listeners.RemoveFiles();
            return relayed;
        }

        if (_launch is not null)
        {
            Children.EnterOwnGroup(); // started by pid 1
        }

        if (reset.Length > 0)
        {
            Log.SignalsReset(_log, reset);
        }

        PidFile? pidFile = null;
        WorkerTable? workers = null;
        try
        {
            // Signals first: from the pid file on, whoever reads it may send one.
            _inbox = new Inbox();
            _signals = options.NoSignals ? null : SignalSource.ForManager(OnManagerSignal);
            pidFile = AcquirePidFile(options.PidFile);
            _board = new ManagerBoard(Limits.MaxSlots);
            workers = new WorkerTable(_board, _inbox);
            ChangeProcessName(options.ProcessTitle);
            OnManaging();
            Log.Managing(_log, options.ProcessCount, _self!.Path);
            var launcher = new WorkerLauncher(_self, _board.Memory.Fd, _listeners.ToHandOver, options.WorkingDirectory);
            var runner = new ActionRunner(launcher, workers, _board, new Observer(this), _log, options.NoSignals);
            int exitCode = new ManagerLoop(PoolPolicy.From(options), _inbox, workers, runner, _log).Run();
            _givenUp = runner.GivenUp;
            return exitCode;
        }
        finally
        {
            // However this ends, no worker is left behind: with its lifeline closed each leaves.
            workers?.CloseLifelines();
            _listeners.RemoveFiles();
            pidFile?.Release();
            _inbox = null;
        }
    }

    private PidFile? AcquirePidFile(string? path)
    {
        try
        {
            return path is null ? null : PidFile.Acquire(path);
        }
        catch (PosixException e)
        {
            Log.PidFileNotWritten(_log, e.Message);
            return null;
        }
    }

    // Signal handler: nothing but an event.
    private void OnManagerSignal(int signal) => _inbox?.Post(signal switch
    {
        Signals.HUP => new ManagerEvent.ReloadRequested(),
        Signals.TERM or Signals.INT or Signals.QUIT => new ManagerEvent.StopRequested(),
        _ when signal == Signals.TTIN => new ManagerEvent.ScaleRequested(1),
        _ when signal == Signals.TTOU => new ManagerEvent.ScaleRequested(-1),
        _ => new ManagerEvent.Unused(Signals.Name(signal)),
    });
}
