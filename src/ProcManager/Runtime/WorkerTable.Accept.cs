using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <content>One request a process: the manager accepts.</content>
internal sealed unsafe partial class WorkerTable
{
    private int _nextListener;

    /// <summary>The names of the listeners, in their order.</summary>
    internal IReadOnlyList<string> ListenerNames { get; init; } = [];

    /// <summary>The next connection, of each listener in its turn; null when none waits.</summary>
    /// <param name="isShort">No descriptor or no memory is left for it.</param>
    internal HandedConnection? Accept(out bool isShort)
    {
        isShort = false;
        for (int i = 0; i < listeners.Length; i++)
        {
            int at = (_nextListener + i) % listeners.Length;
            int connection = LocalSockets.Accept(listeners[at], out bool wanting);
            isShort |= wanting;
            if (connection >= 0)
            {
                _nextListener = at + 1;
                return new HandedConnection(connection, ListenerNames[at]);
            }
        }

        return null;
    }

    private static void TakeBack(WorkerHandle worker, Queue<ManagerEvent> events)
    {
        foreach (HandedConnection connection in worker.Channels.SelectMany(static c => c.TakeBack()))
        {
            events.Enqueue(new ManagerEvent.Arrived(connection, Returned: true));
        }
    }
}
