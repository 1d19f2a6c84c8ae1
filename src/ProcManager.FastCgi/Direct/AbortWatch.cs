using Microsoft.Extensions.Logging;
using ProcManager.FastCgi.Protocol;
using ProcManager.Posix;
using ProcManager.Worker;

namespace ProcManager.FastCgi.Direct;

/// <summary>
/// While the application works on the thread that would read the connection, a thread of its own looks at it, for applications that
/// ask to be told. It only looks: the bytes stay for the engine.
/// </summary>
internal sealed class AbortWatch(ILogger log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _begin = new(0);
    private readonly SemaphoreSlim _ended = new(0);
    private (int Read, int Write) _wake = (-1, -1);
    private int _descriptor;
    private Exchange? _exchange;
    private bool _running;

    internal void Start(int descriptor, Exchange exchange)
    {
        lock (_lock)
        {
            if (_exchange is not null)
            {
                return;
            }

            if (!_running)
            {
                _wake = _wake.Read >= 0 ? _wake : Descriptors.Pipe();
                _running = WorkerThread.TryStart("fastcgi abort watch", Run, log, 128 * 1024);
                if (!_running)
                {
                    return; // this request is not watched
                }
            }

            _descriptor = descriptor;
            _exchange = exchange;
            _begin.Release();
        }
    }

    /// <summary>When it comes back nobody looks at the descriptor any more, which may be another connection's soon.</summary>
    internal void Stop()
    {
        if (_exchange is null)
        {
            return;
        }

        Descriptors.Wake(_wake.Write);
        _ended.Wait();
        lock (_lock)
        {
            _exchange = null;
        }
    }

    public void Dispose()
    {
        Stop();
        _begin.Dispose();
        _ended.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                _begin.Wait();
                Look();
                Descriptors.Drain(_wake.Read);
                _ended.Release();
            }
        }
        catch (ObjectDisposedException)
        {
            // the listener is gone
        }
    }

    private void Look()
    {
        bool lost = Connections.WaitForEnd(_descriptor, _wake.Read, out bool stopped);
        if (lost)
        {
            _exchange!.Abort("the web server has closed the connection");
        }

        if (!stopped)
        {
            _ = Connections.WaitFor(_wake.Read, Constants.POLLIN, -1);
        }
    }
}
