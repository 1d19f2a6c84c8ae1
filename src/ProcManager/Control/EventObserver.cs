using ProcManager.Diagnostics;
using ProcManager.Runtime;

namespace ProcManager.Control;

/// <summary>Tells the followers of the control socket first, and then the host.</summary>
internal sealed class EventObserver(IPoolObserver host, EventHub hub) : IPoolObserver
{
    public string WorkerTitle(int slot) => host.WorkerTitle(slot);

    public void WorkerStarted(WorkerHandle worker)
    {
        Publish(() => Of("worker-started", worker));
        host.WorkerStarted(worker);
    }

    public void WorkerReady(WorkerHandle worker)
    {
        Publish(() => Of(PoolEvent.WorkerReady, worker));
        host.WorkerReady(worker);
    }

    public void WorkerExited(WorkerExit exit)
    {
        Publish(() => new PoolEvent(PoolEvent.WorkerExited) { Slot = exit.Slot, ProcessId = exit.ProcessId, Generation = exit.Generation, Outcome = exit.HowItEnded, Reason = exit.Cause.ToString() });
        host.WorkerExited(exit);
    }

    public void PoolReady()
    {
        Publish(static () => new PoolEvent("pool-ready"));
        host.PoolReady();
    }

    public void ReloadBegan(int generation)
    {
        Publish(() => new PoolEvent(PoolEvent.ReloadBegan) { Generation = generation });
        host.ReloadBegan(generation);
    }

    public void ReloadRefused(int generation, string reason)
    {
        Publish(() => new PoolEvent(PoolEvent.ReloadFinished) { Generation = generation, Outcome = nameof(ReloadOutcome.Failed), Reason = reason, IsRefusal = true });
        host.ReloadRefused(generation, reason);
    }

    public void ReloadFinished(ReloadOutcome outcome, int generation, string? reason)
    {
        Publish(() => new PoolEvent(PoolEvent.ReloadFinished) { Generation = generation, Outcome = outcome.ToString(), Reason = reason });
        host.ReloadFinished(outcome, generation, reason);
    }

    public void WorkerHung(WorkerHandle worker, HangKind kind, TimeSpan age, string request, string client)
    {
        Publish(() => Of("worker-hung", worker) with { Outcome = kind.ToString(), Reason = $"{request} from {client}" });
        host.WorkerHung(worker, kind, age, request, client);
    }

    public void AcceptChanged(bool paused)
    {
        Publish(() => new PoolEvent(paused ? "accept-paused" : "accept-resumed"));
        host.AcceptChanged(paused);
    }

    public void PauseChanged(bool paused)
    {
        Publish(() => new PoolEvent(paused ? "paused" : "resumed"));
        host.PauseChanged(paused);
    }

    public void LogLevelChanged(Microsoft.Extensions.Logging.LogLevel? level) => host.LogLevelChanged(level);

    public void DrainBegan(TimeSpan delay)
    {
        Publish(() => new PoolEvent("draining") { Reason = $"stops in {Words.Time(delay)}" });
        host.DrainBegan(delay);
    }

    public void Stopping()
    {
        Publish(static () => new PoolEvent(PoolEvent.Stopping));
        host.Stopping();
    }

    private void Publish(Func<PoolEvent> happened)
    {
        if (hub.IsFollowed)
        {
            hub.Publish(happened());
        }
    }

    private static PoolEvent Of(string name, WorkerHandle worker) => new(name) { Slot = worker.Slot, ProcessId = worker.Pid, Generation = worker.Generation };
}
