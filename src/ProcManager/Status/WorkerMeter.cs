using System.Diagnostics.Metrics;

namespace ProcManager.Status;

/// <summary>A worker's own values as the meter <c>ProcManager</c>. The resource (<c>service.instance.id</c>) says which worker it is, not a tag.</summary>
internal sealed class WorkerMeter : IDisposable
{
    private readonly Meter _meter = new(PoolMeter.Name, Handover.LaunchRecord.OwnLibrary);

    internal WorkerMeter(Func<long> requests, Func<int> activeRequests, Func<int> connections)
    {
        _meter.CreateObservableCounter("procmanager.worker.requests", requests, "{request}", "Requests that this worker has finished.");
        _meter.CreateObservableGauge("procmanager.worker.active_requests", activeRequests, "{request}", "Requests under way in this worker.");
        _meter.CreateObservableGauge("procmanager.worker.connections", connections, "{connection}", "Open connections of this worker.");
    }

    public void Dispose() => _meter.Dispose();
}
