using ProcManager.Handover;

namespace ProcManager.Worker;

/// <content>One request a process.</content>
internal sealed partial class WorkerProcess
{
    private bool _warmsUp;

    private HandedConnections Hand(int maxRequests) => new(Math.Max(1, maxRequests), _board, Dispatcher)
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

    internal void LeaveBehindLast() => LeaveSaying(LifelineByte.LastServed, DepartureReason.LastRequest);

    internal void LeaveSaying(byte word, DepartureReason reason)
    {
        _lifeline!.Say(word);
        Leave(reason);
    }
}
