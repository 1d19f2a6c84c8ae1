using ProcManager.Supervision;

namespace ProcManager.Tests.Decisions;

/// <summary>What a look finds of one worker.</summary>
internal static class Seen
{
    internal static WorkerSample Idle(int slot) => new(slot);

    internal static WorkerSample Busy(int slot) => new(slot) { Busy = true };

    /// <summary>In a request of PreDispatch, which has a number and no clock.</summary>
    internal static WorkerSample In(int slot, ulong number, TimeSpan? due = null, bool isLong = false) =>
        In(slot, new RequestSeen(Key(number), null, due, isLong));

    internal static WorkerSample In(int slot, params RequestSeen[] requests) =>
        new(slot) { Busy = true, Requests = requests, Progress = requests.Sum(static r => (long)r.Key.Number) };

    /// <summary>A request of its own scope, which tells when it began.</summary>
    internal static RequestSeen Scope(ulong number, TimeSpan began, TimeSpan? due = null, bool isLong = false) =>
        new(new RequestKey(number, true), began, due, isLong);

    /// <summary>Busy, and at this look its scopes could not be read.</summary>
    internal static WorkerSample Unknown(int slot) => new(slot) { Busy = true, Unknown = true };

    internal static WorkerSample Stopped(int slot) => new(slot) { Stopped = true };

    internal static RequestKey Key(ulong number) => new(number, false);
}
