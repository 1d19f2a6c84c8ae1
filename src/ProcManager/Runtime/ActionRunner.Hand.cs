using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <content>One request a process: connections are handed to workers.</content>
internal sealed partial class ActionRunner
{
    /// <summary>Told of each connection that waits no longer.</summary>
    internal Action<HandedConnection> LeavesQueue { get; init; } = static _ => { };

    /// <summary>The queues of our listeners, at this moment.</summary>
    internal Func<IReadOnlyList<ListenerQueue>> ListenerQueues { get; init; } = static () => [];

    private bool IsPerRequest => tools.Options.Sizing == PoolSizing.PerRequest;

    /// <summary>False: the action is about something else.</summary>
    private bool Hand(PoolAction action, Queue<ManagerEvent> followUps)
    {
        switch (action)
        {
            case PoolAction.Hand hand:
                HandOver(hand, followUps);
                return true;
            case PoolAction.GiveUpConnections up:
                foreach (HandedConnection connection in up.Connections)
                {
                    Descriptors.Close(connection.Descriptor);
                    LeavesQueue(connection);
                }

                Later(() => PerRequestLog.GivenUp(log, up.Connections.Count));
                return true;
            case PoolAction.GiveUpUnread up:
                Descriptors.Close(up.Connection.Descriptor);
                LeavesQueue(up.Connection);
                Later(() => PerRequestLog.GivenUpUnread(log, up.Connection.Tries));
                return true;
            case PoolAction.LookAtQueues:
                followUps.Enqueue(new ManagerEvent.QueuesLooked(ListenerQueues()));
                return true;
            default:
                return false;
        }
    }

    // The manager's own descriptor would keep the connection open when the worker has closed it.
    private void HandOver(PoolAction.Hand hand, Queue<ManagerEvent> followUps)
    {
        HandedConnection connection = hand.Connection;
        if (workers.Find(hand.Slot) is not { Exit: null } worker || worker.Channels.FirstOrDefault(c => c.Listener == connection.Listener) is not { } channel)
        {
            followUps.Enqueue(new ManagerEvent.NotHanded(hand.Slot, connection, Passing: false));
            return;
        }

        int error = ConnectionChannel.Send(channel.Ours, connection.Data.Span, connection.Descriptor);
        if (error != 0 && ConnectionChannel.IsOfMessage(error, connection.Descriptor))
        {
            followUps.Enqueue(new ManagerEvent.NotHanded(hand.Slot, connection, Passing: false) { IsLost = true });
            Later(() => PerRequestLog.Lost(log, connection.Data.Length, new PosixException("sendmsg", error).Message));
            Descriptors.Close(connection.Descriptor);
            LeavesQueue(connection);
            return;
        }

        if (error != 0)
        {
            bool passing = ConnectionChannel.IsPassing(error);
            followUps.Enqueue(new ManagerEvent.NotHanded(hand.Slot, connection, passing));
            Later(() => PerRequestLog.NotHanded(log, worker.Slot, worker.Pid, new PosixException("sendmsg", error).Message));
            return;
        }

        Descriptors.Close(connection.Descriptor);
        worker.Handed++;
        worker.Tries = connection.Tries;
        LeavesQueue(connection);
    }
}
