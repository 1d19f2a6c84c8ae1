using System.Runtime.InteropServices;
using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <content>One request a process: the manager accepts.</content>
internal sealed unsafe partial class WorkerTable
{
    private readonly List<(WorkerHandle Worker, WorkerChannel Channel)> _notTakenBack = [];
    private int _nextListener;

    /// <summary>The names of the listeners, in their order.</summary>
    internal IReadOnlyList<string> ListenerNames { get; init; } = [];

    /// <summary>The next connection, of each listener in its turn; null when none waits.</summary>
    /// <param name="isShort">It cannot be accepted for the moment: no descriptor or no memory is left for it.</param>
    internal HandedConnection? Accept(out bool isShort)
    {
        isShort = false;
        for (int i = 0; i < listeners.Length; i++)
        {
            int at = (_nextListener + i) % listeners.Length;
            int connection = listeners[at] < 0 ? -1 : Accept(at, ref isShort);
            if (connection >= 0)
            {
                _nextListener = at + 1;
                return new HandedConnection(connection, ListenerNames[at]);
            }
        }

        return null;
    }

    /// <summary>Told of a listener on which nothing can be accepted any more: its name, and why.</summary>
    internal Action<string, string> ListenerBroken { get; init; } = static (_, _) => { };

    // Clients that have gone already would cost a process each.
    private int Accept(int at, ref bool isShort)
    {
        while (true)
        {
            int connection = LocalSockets.Accept(listeners[at]);
            if (connection < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                AcceptFailure failure = AcceptError.Classify(errno);
                isShort |= failure == AcceptFailure.NoRoom || errno == Errno.EPERM; // of a filter: the connection still waits
                if (failure == AcceptFailure.Broken)
                {
                    listeners[at] = -1; // poll(2) leaves it out
                    ListenerBroken(ListenerNames[at], new PosixException("accept4", errno).Message);
                }

                return -1;
            }

            if (!Connections.HasEnded(connection))
            {
                return connection;
            }

            Descriptors.Close(connection);
        }
    }

    /// <summary>Told of a worker whose connection cannot be taken back: the manager ends.</summary>
    internal Action<WorkerHandle> LosesConnection { get; init; } = static _ => { };

    /// <summary>No ended worker has a connection that is still to be taken back.</summary>
    internal bool HasAllBack => _notTakenBack.Count == 0;

    // The worker's own descriptors are closed first: a manager at its limit has room for the connection then.
    private List<HandedConnection> TakeConnectionsBack(WorkerHandle worker)
    {
        worker.CloseEnded();
        _changed = true;
        List<HandedConnection> unread = [];
        foreach (WorkerChannel channel in worker.Channels)
        {
            if (channel.TryTakeBack(unread))
            {
                channel.CloseTheirs();
            }
            else
            {
                _notTakenBack.Add((worker, channel));
            }
        }

        worker.Channels = [];
        return [.. unread.Select(c => c with { Tries = worker.Tries + 1 })];
    }

    // A descriptor may be free now.
    private void TakeBackLeft(Queue<ManagerEvent> events)
    {
        foreach ((WorkerHandle worker, WorkerChannel channel) in _notTakenBack.ToArray())
        {
            List<HandedConnection> unread = [];
            if (channel.TryTakeBack(unread))
            {
                channel.CloseTheirs();
                _ = _notTakenBack.Remove((worker, channel));
            }

            unread.ForEach(c => events.Enqueue(new ManagerEvent.Arrived(c with { Tries = worker.Tries + 1 }, Returned: true)));
        }
    }

    private void LoseLeft()
    {
        foreach ((WorkerHandle worker, WorkerChannel channel) in _notTakenBack)
        {
            LosesConnection(worker);
            channel.CloseTheirs();
        }

        _notTakenBack.Clear();
    }
}
