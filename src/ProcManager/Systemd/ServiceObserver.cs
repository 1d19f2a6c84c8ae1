using System.Globalization;
using Microsoft.Extensions.Logging;
using ProcManager.Runtime;

namespace ProcManager.Systemd;

/// <summary>Tells systemd what happens to the pool, and passes it on. On the manager's loop.</summary>
internal sealed class ServiceObserver(IPoolObserver next, ServiceState state, bool isReady = false) : IPoolObserver
{
    private bool _isReady = isReady;
    private bool _isStopping; // also while it drains: systemd was told, and a READY=1 would take that back
    private bool _isDraining;
    private int? _reload;

    public string WorkerTitle(int slot) => next.WorkerTitle(slot);

    public void WorkerStarted(WorkerHandle worker) => next.WorkerStarted(worker);

    public void WorkerReady(WorkerHandle worker)
    {
        Progress();
        next.WorkerReady(worker);
    }

    public void WorkerExited(WorkerExit exit)
    {
        if (_reload is not null || _isStopping)
        {
            Progress();
        }

        next.WorkerExited(exit);
    }

    public void PoolReady()
    {
        _isReady = true;
        if (!_isStopping)
        {
            state.Ready();
        }

        next.PoolReady();
    }

    public void ReloadBegan(int generation)
    {
        _reload = generation;
        state.Reloading(generation);
        next.ReloadBegan(generation);
    }

    /// <summary>systemd waits for an answer to its signal all the same; while another reload runs, the end of that is the answer.</summary>
    public void ReloadRefused(int generation, string reason)
    {
        if (_reload is null && _isReady && !_isStopping)
        {
            state.Reloading(generation);
            state.Ready($"the configuration is refused: {reason}");
        }

        next.ReloadRefused(generation, reason);
    }

    public void ReloadFinished(ReloadOutcome outcome, int generation, string? reason)
    {
        _reload = null;
        if (outcome != ReloadOutcome.Abandoned && !_isStopping)
        {
            state.Ready(outcome == ReloadOutcome.Failed ? string.Create(CultureInfo.InvariantCulture, $"the reload to generation {generation} has failed: {reason}") : null);
        }

        next.ReloadFinished(outcome, generation, reason);
    }

    public void WorkerHung(WorkerHandle worker, HangKind kind, TimeSpan age, string request, string client) => next.WorkerHung(worker, kind, age, request, client);

    public void AcceptChanged(bool paused) => next.AcceptChanged(paused);

    public void PauseChanged(bool paused)
    {
        state.Paused(paused);
        next.PauseChanged(paused);
    }

    public void LogLevelChanged(LogLevel? level) => next.LogLevelChanged(level);

    public void DrainBegan(TimeSpan delay)
    {
        _isStopping = _isDraining = true;
        state.Draining(delay);
        next.DrainBegan(delay);
    }

    public void Stopping()
    {
        _isStopping = true;
        _isDraining = false;
        state.Stopping();
        next.Stopping();
    }

    private void Progress()
    {
        if (_isDraining)
        {
            return; // systemd has the whole time already
        }

        if (_isStopping)
        {
            state.Stopping();
        }
        else if (!_isReady)
        {
            state.Starting();
        }
        else if (_reload is { } generation)
        {
            state.ReloadGoesOn(generation);
        }
    }
}
