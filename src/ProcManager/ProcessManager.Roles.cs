using ProcManager.Control;
using ProcManager.Diagnostics;
using ProcManager.Handover;
using ProcManager.Output;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Scoreboard;
using ProcManager.Status;
using ProcManager.Supervision;
using ProcManager.Systemd;
using ProcManager.Worker;

namespace ProcManager;

/// <content>What a process becomes in <see cref="Manage()"/>.</content>
public partial class ProcessManager
{
    // worker process
    private void BecomeWorker()
    {
        int most = _launch is { IsPerRequest: true } ? Math.Max(1, Options.MaxRequests) : Options.MaxRequests;
        int jitter = most > 0 && Options.MaxRequestsJitter > 0 ? Random.Shared.Next(Math.Min(Options.MaxRequestsJitter, int.MaxValue - most) + 1) : 0;
        _worker = WorkerProcess.Managed(_launch!, most + jitter, Options.NoSignals, _launch is { IsPerRequest: false } && DemandPolicy.StandbyOf(Options) > 0, _log, ExitProcess, Abandoned);
        BootGuard.Disarm();
        CrashNotice.Begins += () => StopListening(TimeSpan.FromMilliseconds(100));
        LeadWhenWanted(_worker);
        _worker.SoftTimeout = OnSoftTimeout;
        _worker.Dispatcher.LimitUnwatched = IsWatched ? null : () => WorkerLog.LimitUnwatched(_log);
        _worker.LookAgain = LookAgain;
        _worker.SettingsChanged = () => FollowSettings(_worker);
        FollowSettings(_worker);
        _worker.BeforeParking = awaits => WarmUpGates(_worker, awaits);
        if (!Options.NoSignals)
        {
            var terminal = new JobControl(_worker.OnSignal, signal => Log.SignalOfTerminal(_log, Signals.Name(signal)));
            _signals = SignalSource.ForWorker(terminal.Hear);
        }

        WorkerBoard board = _worker.Dispatcher.Board;
        _meter = Options.Metrics ? new WorkerMeter(() => board.Requests, () => board.ActiveRequests, () => board.Connections) : null;
        BearWorkerTitle();
        OnHandling();
        Raise(nameof(WorkerBegins), () => WorkerBegins?.Invoke(this, EventArgs.Empty));
        if (_listeners.Count == 0 && !_launch!.IsPerRequest)
        {
            _worker.Ready(); // it has a wait of its own, which nobody sees begin
        }
    }

    // Worker process, on the lifeline's thread: the manager has died. No other process can end this worker in time or bind its address.
    private void Abandoned(WorkerProcess worker)
    {
        StopListening(Timeout.InfiniteTimeSpan);
        _listeners.Abandon(_launch!.Lifeline); // the lifeline is a socket at its end of file: it serves no client
        if (Options.DieTimeout is not { } time)
        {
            return;
        }

        // Before anything is logged: a log that takes nothing must not keep the worker alive.
        if (KillTimer.Arm(time) < 0)
        {
            _ = WorkerThread.TryStart(
                "die timeout",
                () =>
                {
                    Pauses.Sleep(time);
                    Children.KillOurselves();
                },
                _log);
        }

        if (worker.Dispatcher.IsServing)
        {
            WorkerLog.Orphaned(_log, time);
        }
    }

    // manager process
    private int BecomeManager(ProcessManagerOptions options)
    {
        _listeners.ThrowIfClosed();
        _inUse = options;
        if (Environment.ProcessId == 1)
        {
            int relayed = InitRelay.Run(_self!, _listeners.ToHandOver, _listeners.BoundElsewhere, _log, _managerSignals!, () => FollowAsPid1(options));
            _listeners.RemoveFiles();
            return relayed;
        }

        if (_launch is { Starter: < 0, State: < 0 })
        {
            Children.EnterOwnGroup(); // started by pid 1
        }

        if (_managerSignals!.Reset is { Length: > 0 } reset)
        {
            Log.SignalsReset(_log, reset);
        }

        ThrowIfNotUsable(options);
        string startedIn = StartDirectory.Logical();
        OpenLogFile(options, startedIn);
        FindIdentity(options);
        WarnOf(options);
        WarnOfActivatedSockets();
        StartDirectory.Anchor(options, startedIn);
        ThrowIfNoFolder(options.WorkingDirectory);
        ManagerState? before = _before;
        PidFile? pidFile = null;
        WorkerTable? workers = null;
        WorkerOutput? output = null;
        uint? umaskBefore = null;
        StatusServer? status = null;
        ControlServer? control = null;
        bool ended = false;
        try
        {
            StartDirectory.Begun = startedIn;
            umaskBefore = options.Umask is { } asked ? StandardOutputs.SetUmask((uint)asked) : null;

            // Signals first: from the pid file on, its readers may send one.
            Inbox inbox = BeginInbox();
            pidFile = AcquirePidFile(options.PidFile);
            status = OpenStatusPage(options);
            var events = new EventHub();
            control = OpenControlSocket(options, inbox, events);
            CloseOwnLeft();
            SettleIdentity(options);
            _board = before is not null ? ManagerBoard.TakeOver(_launch!.Scoreboard) : _board is { IsUnused: true } unused ? unused : new ManagerBoard(Limits.MaxSlots);
            var side = new SideProcesses { Failed = e => Log.ActionFailed(_log, e, nameof(SideProcess)) };
            workers = new WorkerTable(_board, inbox, [.. _listeners.ToHandOver.Select(static l => l.Descriptor)], side) { ListenerNames = ListenersToAccept(options), ListenerBroken = (name, reason) => PerRequestLog.ListenerBroken(_log, name, reason), LosesConnection = w => PerRequestLog.NotTakenBack(_log, w.Slot, w.Pid), TalksWithoutEnd = w => SecurityLog.TalksWithoutEnd(_log, w.Slot, w.Pid) };
            ChangeProcessName(Title);
            OnManaging();
            Raise(nameof(Started), () => Started?.Invoke(this, EventArgs.Empty));
            PoolPolicy policy = PolicyOf(options);
            Log.Managing(_log, policy.Demand.Most, _self!.Path, policy.Demand.Sizing);
            WarnOfListenersLeft();
            foreach ((string address, string name, string details) in _listeners.Describe())
            {
                Log.Listening(_log, address, name, details);
            }

            var directory = new WorkingDirectory(options.WorkingDirectory, startedIn, _self!.Path, _log);
            var launcher = new WorkerLauncher(_self, _board.Memory.Fd, _listeners.ToHandOver, directory, options) { Title = Title, Settings = SettingsForWorkers, Output = output = BeginOutput(options), Identity = _identity };
            var captures = new CaptureProcesses(launcher, side, options);
            bool hasCapture = _capturer is not null;
            var tools = new WatchTools(new Looker(workers, _board, options), new Captures(captures, _log, hasCapture, options), new OperatorCaptures(captures, hasCapture), side, NewProgramOf(directory, side, pidFile), options);
            ServiceState? service = FindService(options);
            TellService(service, before);
            StoreListeners(service);
            var runner = new ActionRunner(launcher, workers, _board, new EventObserver(Told(new Observer(this), service), events), _log, options.NoSignals, tools) { LeavesQueue = LeavesQueue, ListenerQueues = ListenerQueues };
            if (before is not null)
            {
                TakeOverWorkers(before, workers, inbox);
            }

            var loop = new ManagerLoop(before is null ? PoolState.Initial(policy) : ManagerStates.PoolOf(before, policy), inbox, workers, runner, _log) { Replaces = pool => Replace(pool, workers, side, output, pidFile, startedIn, service), Began = () => Begun(status, control, output), Reloads = () => ReadConfiguration(options, () => WarnOf(options)), Turned = OnTurned(new ListenerClosing(_listeners, workers, _board)), Heartbeat = WatchdogOf(service) };
            _loopBusySince = () => loop.BusySince;
            using PoolMeter? meter = options.Metrics ? new PoolMeter(Reports()) : null;
            int exitCode = loop.Run();
            _givenUp = runner.GivenUp;
            _starter?.Failed(WhyNoStart());
            ended = true;
            return exitCode;
        }
        finally
        {
            status?.Dispose();
            control?.Dispose();
            _ownListeners.Clear();

            // However this ends, no worker is left behind: with its lifeline closed each leaves.
            workers?.CloseLifelines();
            workers?.Dispose();
            _lastSteps.ForEach(step => Raise(nameof(AddLastStep), step));
            output?.Finish(LastTimeOfManager);
            if (ended)
            {
                _listeners.RemoveFiles();
            }

            _dispatching.Close();
            _state = null;
            _levelOfOperator = NoLevel;
            ReleaseFiles(pidFile);
            EndInbox(ended);
            if (!ended)
            {
                _dispatching.Open(); // nothing has changed: Dispatch throws, as before
            }

            StartDirectory.Begun = null;
            if (options.WorkingDirectory is not null)
            {
                StartDirectory.Return(startedIn);
            }

            if (umaskBefore is { } mask)
            {
                _ = StandardOutputs.SetUmask(mask);
            }
        }
    }

    // On the manager's loop, behind the first starts. A thread that runs code of an assembly for the first time while that assembly is exchanged for its copy could lose what the
    // runtime has just found out for it, so other threads of this library wait, or begin behind it.
    private void Begun(StatusServer? status, ControlServer? control, WorkerOutput? output)
    {
        _words.Settle(TimeSpan.FromMilliseconds(100));
        OwnAssemblies.Keep(_log);
        TypeObjects.Prepare();
        _ = status?.TryStart();
        _ = control?.TryStart();
        TakeOverOutputs(output);
    }

    private static void ThrowIfNoFolder(string? workingDirectory)
    {
        if (workingDirectory is not null && !Directory.Exists(workingDirectory))
        {
            throw new ProcManagerException($"{ProcessManagerOptions.SectionName}:{nameof(ProcessManagerOptions.WorkingDirectory)} is {workingDirectory}; allowed: a folder that is there, or null for the manager's own.");
        }
    }

    private Action<PoolState> OnTurned(ListenerClosing closing) => state =>
    {
        _state = state;
        closing.After(state);
    };
}
