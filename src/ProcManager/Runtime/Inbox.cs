using System.Collections.Concurrent;
using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// Where signal handlers and other threads put events. A queue with a pipe, not a channel: the manager waits in one poll(2) on
/// this, on its workers' ends and on their lifelines at once.
/// </summary>
internal sealed class Inbox
{
    private readonly ConcurrentQueue<ManagerEvent> _events = new();
    private readonly int _wakeEnd;
    private int _awake;

    internal Inbox() => (Descriptor, _wakeEnd) = Descriptors.Pipe();

    /// <summary>Readable when there is something.</summary>
    internal int Descriptor { get; }

    internal void Post(ManagerEvent happened)
    {
        _events.Enqueue(happened);
        Wake();
    }

    internal void Wake()
    {
        if (Interlocked.Exchange(ref _awake, 1) == 0)
        {
            Descriptors.Wake(_wakeEnd);
        }
    }

    internal bool TryTake(out ManagerEvent? happened) => _events.TryDequeue(out happened);

    /// <summary>
    /// To be called before the queue is emptied, so that no event falls between. With a full barrier: if the look into the queue came first, whoever posts
    /// in that moment would still see the manager awake, and nobody would wake it.
    /// </summary>
    internal void Clear()
    {
        Descriptors.Drain(Descriptor);
        _ = Interlocked.Exchange(ref _awake, 0);
    }
}
