using Microsoft.Extensions.Logging;

namespace ProcManager.Worker;

/// <summary>
/// One thread that waits in place of threads of the pool, made when it is first needed. The thread takes what is posted one after the other.
/// Where no thread can be made the caller's thread does the work, each time anew.
/// </summary>
internal sealed class WaitingThread<T>(string name, Action<T> work, ILogger log, int stackSize = 0)
{
    private readonly object _lock = new();
    private readonly Queue<T> _posted = new();
    private bool _started;
    private bool _stopped;

    internal void Post(T item)
    {
        lock (_lock)
        {
            _started = _started || WorkerThread.TryStart(name, Run, log, stackSize);
            if (_started)
            {
                _posted.Enqueue(item);
                Monitor.Pulse(_lock);
                return;
            }
        }

        work(item);
    }

    /// <summary>The thread ends when it has done what was posted.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            Monitor.Pulse(_lock);
        }
    }

    private void Run()
    {
        while (TryTake(out T? item))
        {
            work(item!);
        }
    }

    private bool TryTake(out T? item)
    {
        lock (_lock)
        {
            while (!_posted.TryDequeue(out item))
            {
                if (_stopped)
                {
                    return false;
                }

                Monitor.Wait(_lock);
            }

            return true;
        }
    }
}
