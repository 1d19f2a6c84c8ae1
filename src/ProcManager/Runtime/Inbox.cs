using System.Collections.Concurrent;
using ProcManager.Posix;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// Where signal handlers and other threads put events. A queue with a pipe, not a channel: the manager waits in one poll(2) on
/// this, on its workers' ends and on their lifelines at once.
/// </summary>
internal sealed class Inbox : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<ManagerEvent> _events = new();
    private readonly int _wakeEnd;
    private int _awake;
    private bool _closed;

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
            lock (_gate)
            {
                if (!_closed)
                {
                    Descriptors.Wake(_wakeEnd);
                }
            }
        }
    }

    /// <summary>A signal handler or another thread may still have an event. The event then goes nowhere, least of all into a file that has got the number.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Descriptors.Close(_wakeEnd);
            Descriptors.Close(Descriptor);
        }
    }

    internal bool IsEmpty => _events.IsEmpty;

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
