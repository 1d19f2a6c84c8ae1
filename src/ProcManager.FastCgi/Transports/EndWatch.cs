using Microsoft.Extensions.Logging;
using ProcManager.Posix;
using ProcManager.Worker;

namespace ProcManager.FastCgi.Transports;

/// <summary>A connection that is to be told of its end.</summary>
internal interface IWatched
{
    /// <summary>The request that ABORT_REQUEST would name; null: the connection is read all the time, and finds such records itself.</summary>
    int? RequestId { get; }

    void PeerIsGone();

    void PeerHasAborted();
}

/// <summary>
/// A thread that watches connections while the engine does not read them, for applications that ask to be told of a client's end. The thread takes no bytes:
/// they stay for the engine. One thread serves all connections of a listener, and starts when the first is watched.
/// </summary>
internal sealed class EndWatch(ILogger log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, IWatched> _watched = [];
    private DescriptorSet? _set;
    private (int Read, int Write) _stop = (-1, -1);
    private bool _disposed;
    private bool _isRunning;

    internal void Watch(int descriptor, IWatched connection)
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            if (_set is null)
            {
                _set = DescriptorSet.OfChanges();
                _stop = Descriptors.Pipe();
                _set.Add(_stop.Read);
            }

            _isRunning = _isRunning || WorkerThread.TryStart("fastcgi abort watch", Run, log, 128 * 1024);
            if (!_isRunning)
            {
                return; // this request is not watched
            }

            if (_watched.TryAdd(descriptor, connection) && _set.Add(descriptor))
            {
                Look(descriptor, connection); // what has happened before
            }
        }
    }

    /// <summary>After this the thread does not look at the descriptor, whose number may soon be another connection's.</summary>
    internal void Unwatch(int descriptor)
    {
        lock (_lock)
        {
            if (_watched.Remove(descriptor))
            {
                _set!.Remove(descriptor);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return; // the pipe's numbers may be others' now
            }

            _disposed = true;
            _watched.Clear();
            Descriptors.Wake(_stop.Write);
        }
    }

    private void Run()
    {
        Span<int> changed = stackalloc int[16];
        while (true)
        {
            int n = _set!.Wait(changed);
            lock (_lock)
            {
                if (_disposed)
                {
                    _set.Dispose();
                    Descriptors.Close(_stop.Read);
                    Descriptors.Close(_stop.Write);
                    return;
                }

                foreach (int descriptor in changed[..n])
                {
                    if (_watched.TryGetValue(descriptor, out IWatched? connection))
                    {
                        Look(descriptor, connection);
                    }
                }
            }
        }
    }

    private static void Look(int descriptor, IWatched connection)
    {
        if (Connections.IsPeerGone(descriptor))
        {
            connection.PeerIsGone();
        }
        else if (connection.RequestId is { } id && Connections.IsAbortNext(descriptor, id))
        {
            connection.PeerHasAborted();
        }
    }
}
