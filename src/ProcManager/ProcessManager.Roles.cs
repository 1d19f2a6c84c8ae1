using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Scoreboard;
using ProcManager.Supervision;
using ProcManager.Worker;

namespace ProcManager;

/// <content>What a process becomes in <see cref="Manage()"/>.</content>
public partial class ProcessManager
{
    // worker process
    private void BecomeWorker()
    {
        int jitter = Options.MaxRequests > 0 && Options.MaxRequestsJitter > 0 ? Random.Shared.Next(Math.Min(Options.MaxRequestsJitter, int.MaxValue - Options.MaxRequests) + 1) : 0;
        _worker = WorkerProcess.Managed(_launch!, Options.MaxRequests + jitter, Options.NoSignals, Options.StandbyCount > 0, _log, ExitProcess);
        _worker.SoftTimeout = OnSoftTimeout;
        _worker.Dispatcher.LimitUnwatched = IsWatched ? null : () => Log.LimitUnwatched(_log);
        _worker.LookAgain = LookAgain;
        _worker.BeforeParking = () => WarmUpGates(_worker);
        if (!Options.NoSignals)
        {
            var terminal = new JobControl(_worker.OnSignal, signal => Log.SignalOfTerminal(_log, Signals.Name(signal)));
            _signals = SignalSource.ForWorker(terminal.Hear);
        }

        ChangeProcessName(WorkerTitle(Slot));
        OnHandling();
        Raise(nameof(WorkerBegins), () => WorkerBegins?.Invoke(this, EventArgs.Empty));
        if (_listeners.Count == 0)
        {
            _worker.Ready(); // it has a wait of its own, which nobody sees begin
        }
    }

    // manager process
    private int BecomeManager(ProcessManagerOptions options)
    {
        _listeners.ThrowIfClosed();
        if (Environment.ProcessId == 1)
        {
            int relayed = InitRelay.Run(_self!, _listeners.ToHandOver, _log, _managerSignals!);
            _listeners.RemoveFiles();
            return relayed;
        }

        if (_launch is not null)
        {
            Children.EnterOwnGroup(); // started by pid 1
        }

        if (_managerSignals!.Reset is { Length: > 0 } reset)
        {
            Log.SignalsReset(_log, reset);
        }

        ProcessManagerOptionsValidator.ThrowIfMemoryTooLow(options);
        if (options.Sizing == PoolSizing.OnDemand && _listeners.Count == 0)
        {
            throw new ProcManagerException("OnDemand starts a worker when a connection waits, but this program has opened no listener. Call Listen before Manage, or choose another Sizing.");
        }

        WarnIfContainerIsSmall(options);
        WarnIfNoDump(options);

        string startedIn = Environment.CurrentDirectory;
        StartDirectory.Anchor(options);
        ThrowIfNoFolder(options.WorkingDirectory);
        PidFile? pidFile = null;
        WorkerTable? workers = null;
        bool ended = false;
        try
        {
            // Signals first: from the pid file on, its readers may send one.
            Inbox inbox = BeginInbox();
            pidFile = AcquirePidFile(options.PidFile);
            _board = _board is { IsUnused: true } unused ? unused : new ManagerBoard(Limits.MaxSlots);
            var side = new SideProcesses { Failed = e => Log.ActionFailed(_log, e, nameof(SideProcess)) };
            workers = new WorkerTable(_board, inbox, [.. _listeners.ToHandOver.Select(static l => l.Descriptor)], side, options.StandbyCount > 0);
            ChangeProcessName(options.ProcessTitle);
            OnManaging();
            Raise(nameof(Started), () => Started?.Invoke(this, EventArgs.Empty));
            PoolPolicy policy = PoolPolicy.From(options);
            TellManaging(policy);
            long heapLimit = (long)(options.MaxMemory / 100.0 * options.HeapLimitPercent);
            var launcher = new WorkerLauncher(_self!, _board.Memory.Fd, _listeners.ToHandOver, options.WorkingDirectory, heapLimit);
            var captures = new Captures(launcher, side, _log, _capturer is not null, options.CaptureFolder, options.CaptureTimeout);
            var tools = new WatchTools(new Looker(workers, _board, options.MemoryMeasure), captures, side, options.KeepCommand);
            var runner = new ActionRunner(launcher, workers, _board, new Observer(this), _log, options.NoSignals, tools);
            int exitCode = new ManagerLoop(policy, inbox, workers, runner, _log).Run();
            _givenUp = runner.GivenUp;
            ended = true;
            return exitCode;
        }
        finally
        {
            // However this ends, no worker is left behind: with its lifeline closed each leaves.
            workers?.CloseLifelines();
            workers?.Dispose();
            if (ended)
            {
                _listeners.RemoveFiles();
            }

            pidFile?.Release();
            EndInbox(ended);
            if (options.WorkingDirectory is not null)
            {
                StartDirectory.Return(startedIn);
            }
        }
    }

    private Inbox BeginInbox()
    {
        var inbox = new Inbox();
        lock (_adoptedBefore)
        {
            _inbox = inbox;
            _adoptedBefore.ForEach(inbox.Post);
        }

        foreach ((int signal, int times) in _managerSignals!.Begin(OnManagerSignal))
        {
            if (signal == Signals.HUP)
            {
                Log.HangupBefore(_log);
                continue;
            }

            for (int i = 0; i < times; i++)
            {
                OnManagerSignal(signal);
            }
        }

        return inbox;
    }

    private void EndInbox(bool ended)
    {
        if (!ended)
        {
            _managerSignals!.End(); // otherwise the process is on its way out, and a late TERM must not end it with another exit code
        }

        lock (_adoptedBefore)
        {
            _inbox?.Dispose();
            _inbox = null;
            if (ended)
            {
                _adoptedBefore.Clear();
            }
        }
    }

    private static void ThrowIfNoFolder(string? workingDirectory)
    {
        if (workingDirectory is not null && !Directory.Exists(workingDirectory))
        {
            throw new ProcManagerException($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.WorkingDirectory)} is {workingDirectory}; allowed: a folder that is there, or null for the manager's own.");
        }
    }

    private void TellManaging(PoolPolicy policy)
    {
        if (policy.Demand.Sizing == PoolSizing.Static)
        {
            Log.Managing(_log, policy.Demand.Most, _self!.Path);
        }
        else
        {
            Log.ManagingUpTo(_log, policy.Demand.Most, _self!.Path, policy.Demand.Sizing);
        }
    }

    private void WarnIfContainerIsSmall(ProcessManagerOptions options)
    {
        const double MiB = 1048576.0;
        if (options is { MaxMemory: 0, MaxPoolMemory: 0 } || ContainerLimit.Read() is not { } container)
        {
            return;
        }

        int workers = MemoryPolicy.MostWorkers(options);
        if ((double)options.MaxMemory * workers > container)
        {
            Log.ContainerTooSmall(_log, workers, options.MaxMemory / MiB, options.MaxMemory / MiB * workers, container / MiB);
        }

        if (options.MaxPoolMemory > container)
        {
            Log.ContainerBelowPoolLimit(_log, options.MaxPoolMemory / MiB, container / MiB);
        }
    }

    private void WarnIfNoDump(ProcessManagerOptions options)
    {
        if (options.WatchdogLadder.HasFlag(WatchdogSteps.Dump) && _capturer is null && IsWatched)
        {
            Log.NoDump(_log);
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
