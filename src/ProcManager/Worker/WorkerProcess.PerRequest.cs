using ProcManager.Handover;

namespace ProcManager.Worker;

/// <content>One request a process.</content>
internal sealed partial class WorkerProcess
{
    private bool _warmsUp;

    private HandedConnections Hand(int maxRequests) => new(maxRequests, _board, Dispatcher)
    {
        SayFree = () => _lifeline!.Say(LifelineByte.Free),
        Leave = LeaveBehindLast,
        LeaveUnread = () => LeaveSaying(LifelineByte.Leaving, DepartureReason.NoDescriptor),
    };

    // A worker of one request does not lead: it is gone a moment later.
    private void LeadIfItServesOn()
    {
        if (Dispatcher.Handed is null)
        {
            Leadership?.Serve();
        }
    }

    /// <summary>Compiles the way out behind the last request, before the worker waits for it.</summary>
    internal static void CompileWayOut() => WarmUp.Compile(typeof(WorkerProcess), nameof(LeaveBehindLast), nameof(LeaveSaying), nameof(Leave), nameof(RaiseFlag));

    private void LeaveBehindLast() => LeaveSaying(LifelineByte.LastServed, DepartureReason.LastRequest);

    private void LeaveSaying(byte word, DepartureReason reason)
    {
        _lifeline!.Say(word);
        Leave(reason);
    }
}
