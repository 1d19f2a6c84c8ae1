using ProcManager.Diagnostics;
using ProcManager.Runtime;

namespace ProcManager;

public partial class ProcessManager
{
    /// <summary>How long the last lines may take at the end of the manager.</summary>
    private static readonly TimeSpan LastTimeOfManager = TimeSpan.FromSeconds(2);

    /// <summary>The same for a worker, which the manager waits for.</summary>
    private static readonly TimeSpan LastTimeOfWorker = TimeSpan.FromSeconds(0.5);

    /// <summary>A worker was started. Raised in the manager; an exception of a handler is logged, the manager goes on.</summary>
    public event EventHandler<WorkerEventArgs>? WorkerStarted;

    /// <summary>A worker waits for its first request. Raised in the manager.</summary>
    public event EventHandler<WorkerEventArgs>? WorkerReady;

    /// <summary>A worker has ended and was reaped. Raised in the manager.</summary>
    public event EventHandler<WorkerExitedEventArgs>? WorkerExited;

    /// <summary>All first workers are ready. Raised in the manager, once.</summary>
    public event EventHandler? PoolReady;

    /// <summary>A reload has ended, well or not. Raised in the manager.</summary>
    public event EventHandler<ReloadFinishedEventArgs>? ReloadFinished;

    /// <summary>The manager begins to manage; no worker was started yet. Raised in the manager.</summary>
    public event EventHandler? Started;

    /// <summary>A worker hangs in a request. Raised in the manager, once for each hang, before anything is done about the worker.</summary>
    public event EventHandler<WorkerHungEventArgs>? WorkerHung;

    /// <summary>All workers that there may be are busy: connections wait. Raised in the manager; <see cref="PoolSizing.Dynamic"/>, <see cref="PoolSizing.OnDemand"/> and <see cref="PoolSizing.PerRequest"/>, where the manager accepts nothing until a tenth of <see cref="ProcessManagerOptions.MaxCount"/> has ended.</summary>
    public event EventHandler? AcceptPaused;

    /// <summary>After <see cref="AcceptPaused"/>: a worker is idle again. Raised in the manager.</summary>
    public event EventHandler? AcceptResumed;

    /// <summary>This worker begins, inside <see cref="Manage()"/>. Raised in the worker.</summary>
    public event EventHandler? WorkerBegins;

    /// <summary>A request has reached <see cref="ProcessManagerOptions.SoftRequestTimeout"/>. Raised in the worker, once for every request that is not long, on a thread of its own, one after the other.</summary>
    public event EventHandler<SoftTimeoutEventArgs>? SoftTimeout;

    /// <summary>The manager begins to stop: it was told to, or it gives up since no worker ever became ready. Raised in the manager.</summary>
    public event EventHandler? ShuttingDown;

    private readonly List<Action> _lastSteps = [];

    /// <summary>In the manager process, when all workers are gone. Not at a restart in place, after which the next program goes on.</summary>
    internal void AddLastStep(Action step) => _lastSteps.Add(step);

    /// <summary>Called in the manager when it begins to manage, before the first worker is started. The base does nothing.</summary>
    protected virtual void OnManaging()
    {
    }

    /// <summary>Called in each worker inside <see cref="Manage()"/>, before it returns. The base writes one line at debug level.</summary>
    protected virtual void OnHandling() => WorkerLog.Handling(_log);

    /// <summary>
    /// Called with each message below warning, in manager and worker, on a thread of its own, one message after the other. The base writes it to the logger, or without one to standard error. It
    /// may block: nothing waits for it, and of more than 1,000 messages (or 1 MiB) that wait the oldest are dropped and counted.
    /// </summary>
    /// <param name="notice">The message.</param>
    protected virtual void Notify(Notice notice) => Write(notice);

    /// <summary>Called with each warning and error, in manager and worker, in one order with those of <see cref="Notify"/> and on the same thread. The base writes it to the logger, or without one to standard error.</summary>
    /// <param name="notice">The message.</param>
    protected virtual void Warn(Notice notice) => Write(notice);

    /// <summary>Called to end the process: in the manager at the end of <see cref="Manage()"/>, in a worker with a wait of its own when it leaves. The base calls <see cref="Environment.Exit"/>.</summary>
    /// <param name="exitCode">The exit code.</param>
    protected virtual void ExitProcess(int exitCode) => Environment.Exit(exitCode);

    /// <summary>Called in the manager instead of <see cref="ExitProcess"/> when no worker ever became ready. The base calls <see cref="ExitProcess"/>; the reason is in the log already.</summary>
    /// <param name="reason">The reason.</param>
    /// <param name="exitCode">The exit code.</param>
    protected virtual void Abort(string reason, int exitCode) => ExitProcess(exitCode);

    internal static void EndProcess(int exitCode) => Environment.Exit(exitCode);

    // worker process
    private void OnSoftTimeout(RequestScope? scope, ulong number) =>
        Raise(nameof(SoftTimeout), () => SoftTimeout?.Invoke(this, new SoftTimeoutEventArgs(Serving.Dispatcher, scope, number)));

    private void Raise(string name, Action raise)
    {
        try
        {
            raise();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.HandlerFailed(_log, e, name);
        }
    }

    // manager process
    private sealed class Observer(ProcessManager manager) : IPoolObserver
    {
        public string WorkerTitle(int slot) => manager.WorkerTitle(slot);

        public void WorkerStarted(WorkerHandle worker) => manager.Raise(nameof(WorkerStarted), () => manager.WorkerStarted?.Invoke(manager, Arguments(worker)));

        public void WorkerReady(WorkerHandle worker) => manager.Raise(nameof(WorkerReady), () => manager.WorkerReady?.Invoke(manager, Arguments(worker)));

        public void WorkerExited(WorkerExit exit) => manager.Raise(nameof(WorkerExited), () => manager.WorkerExited?.Invoke(manager, new WorkerExitedEventArgs(exit)));

        public void PoolReady()
        {
            manager.Raise(nameof(PoolReady), () => manager.PoolReady?.Invoke(manager, EventArgs.Empty));
            manager.Raise(nameof(manager.TellStarter), manager.TellStarter);
        }

        public void ReloadBegan(int generation)
        {
            // there is no event of this in the public API
        }

        public void ReloadRefused(int generation, string reason) => ReloadFinished(ReloadOutcome.Failed, generation, reason);

        public void ReloadFinished(ReloadOutcome outcome, int generation, string? reason) =>
            manager.Raise(nameof(ReloadFinished), () => manager.ReloadFinished?.Invoke(manager, new ReloadFinishedEventArgs(outcome, generation, reason)));

        public void WorkerHung(WorkerHandle worker, HangKind kind, TimeSpan age, string request, string client) =>
            manager.Raise(nameof(WorkerHung), () => manager.WorkerHung?.Invoke(manager, new WorkerHungEventArgs(worker.Slot, worker.Pid, kind, age, request, client)));

        public void AcceptChanged(bool paused) => manager.Raise(
            paused ? nameof(AcceptPaused) : nameof(AcceptResumed),
            () => (paused ? manager.AcceptPaused : manager.AcceptResumed)?.Invoke(manager, EventArgs.Empty));

        public void PauseChanged(bool paused)
        {
            // there is no event of this in the public API
        }

        public void LogLevelChanged(Microsoft.Extensions.Logging.LogLevel? level)
        {
            manager._levelOfOperator = (int?)level ?? NoLevel;
            StatusLog.LevelSet(manager._log, level?.ToString() ?? "as the program has set it");
        }

        public void DrainBegan(TimeSpan delay)
        {
        }

        public void Stopping() => manager.Raise(nameof(ShuttingDown), () => manager.ShuttingDown?.Invoke(manager, EventArgs.Empty));

        private static WorkerEventArgs Arguments(WorkerHandle worker) => new(worker.Slot, worker.Pid, worker.Generation);
    }
}
