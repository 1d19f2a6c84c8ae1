using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Transports;
using ProcManager.Posix;
using ProcManager.Worker;

namespace ProcManager.FastCgi.Async;

/// <summary>
/// Many requests at once. A thread of its own waits at the gate and takes connections only while the worker has room for another
/// request, so that a full worker leaves them to others.
/// </summary>
internal sealed partial class AsyncEngine : IEngine, IAsyncHost
{
    // Milliseconds. While the worker was full, waiting requests may have lost their clients; without a look such requests would be served in vain.
    private const long LookAfterFull = 10_000;

    private readonly ProcessManager _manager;
    private readonly Socket _listener;
    private readonly HashSet<IPAddress>? _allowed;
    private readonly Complaints _complaints;
    private readonly Channel<FastCgiRequest> _ready = Channel.CreateUnbounded<FastCgiRequest>();
    private readonly Places _places;
    private readonly Queue<(Reservation Place, SocketTransport Transport, long Since)> _reserved = new();
    private readonly CancellationTokenSource _leaving = new();
    private readonly OpenConnections _connections = new();
    private readonly EndWatch _endWatch;
    private readonly Lock _lock = new();
    private AcceptGate? _gate;
    private volatile bool _isFull;
    private long _fullAt = long.MinValue / 2;
    private bool _started;
    private volatile bool _disposed;

    internal AsyncEngine(ProcessManager manager, Socket listener, FastCgiOptions options, HashSet<IPAddress>? allowed)
    {
        _manager = manager;
        _listener = listener;
        _allowed = allowed;
        Options = options;
        _complaints = new Complaints(manager.FastCgiLogger);
        _endWatch = new EndWatch(manager.FastCgiLogger);
        _places = new Places(options.MaxConcurrentRequests);
    }

    public FastCgiOptions Options { get; }

    /// <summary>How long a place is kept for a connection on which nothing comes: a client may need a moment between its connect and its first bytes.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(2);

    public CancellationToken Leaving => _leaving.Token;

    public bool IsInLastRequest => _manager.IsInLastRequest;

    public bool IsOneAtATime => _manager.IsOneAtATime;

    public FastCgiRequest? Accept() => AcceptAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public async ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken)
    {
        Start();
        try
        {
            return await _ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            return e.InnerException is { } failure ? throw new ProcManagerException($"No more requests can be accepted: {failure.Message}", failure) : null;
        }
    }

    public async ValueTask GiveAsync(FastCgiRequest request)
    {
        bool hasWaited = false;
        if (request.Connection?.Place?.TryUse() != true)
        {
            Task place = _places.TakeAsync();
            hasWaited = !place.IsCompleted;
            await place.ConfigureAwait(false);
        }

        if ((hasWaited || Environment.TickCount64 - Volatile.Read(ref _fullAt) < LookAfterFull) && request.Connection!.IsLost(request.Exchange))
        {
            _places.GiveBack();
            request.Exchange.Abort("the web server has closed the connection");
            await request.FinishAsync().ConfigureAwait(false); // its client has not waited so long
            return;
        }

        Give(request);
    }

    public async ValueTask CompleteAsync(FastCgiRequest request)
    {
        if (request.TakeScope() is not { } scope)
        {
            return; // it is being completed already
        }

        try
        {
            await request.FinishAsync().ConfigureAwait(false);
        }
        finally
        {
            NoteFull();
            _places.GiveBack();
            scope.Dispose();
        }
    }

    public void WatchForAbort(FastCgiRequest request) => request.Connection!.WatchForAbort();

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _gate?.Cancel();
        }

        _leaving.Cancel();
        _connections.CloseAll();
        _endWatch.Dispose();
        _ready.Writer.TryComplete();
    }

    private void Give(FastCgiRequest request)
    {
        FastCgiParameters parameters = request.Parameters;
        request.Scope = _manager.BeginRequest(RequestText.Of(parameters), parameters["REMOTE_ADDR"]);
        _ = _ready.Writer.TryWrite(request); // it has no limit, and is closed when no connection is left
    }

    private void Start()
    {
        lock (_lock)
        {
            if (!_started)
            {
                _manager.CheckEntry(_listener); // throws here, not on another thread, when Manage was not called
                _started = true;
                if (!WorkerThread.TryStart("fastcgi accept", Run, _manager.FastCgiLogger))
                {
                    _ = ThreadPool.UnsafeQueueUserWorkItem(static e => e.Run(), this, preferLocal: false); // this keeps a thread of the pool
                }
            }
        }
    }

    private void Run()
    {
        try
        {
            while (!_disposed && AcceptOne())
            {
            }

            _leaving.Cancel();
            _connections.WaitUntilEmpty();
            if (_disposed)
            {
                _gate?.Exit();
            }
            else
            {
                _manager.LeftRawGate(_gate!);
            }

            _ready.Writer.TryComplete();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _gate?.Exit(); // a worker whose engine has failed can still leave
            _ready.Writer.TryComplete(e);
        }
    }

    // While the worker serves as many requests as it may, the gate waits for no connection.
    private bool AcceptOne()
    {
        AcceptGate gate = _manager.EnterRawGate(_listener, out bool leaving); // the first time a worker that stands by waits in here
        lock (_lock)
        {
            if (_gate is null)
            {
                _gate = gate;
                _places.Guard(gate);
            }

            if (leaving || _disposed)
            {
                return false;
            }
        }

        gate.IsClosed = !HasRoom();
        GateNews news = gate.Next(_reserved.Count > 0 ? (int)Patience.TotalMilliseconds : Timeout.Infinite, out int fd);
        EndReservations();
        if (news == GateNews.Connection)
        {
            Open(fd);
        }

        return true;
    }

    private void Open(int fd)
    {
        if (_allowed is not null && Connections.PeerAddress(fd) is { } peer && !_allowed.Contains(peer))
        {
            _complaints.Tell(Complaint.Address, $"{peer} may not connect; FCGI_WEB_SERVER_ADDRS and {nameof(FastCgiOptions.AllowedAddresses)} do not name it");
            Descriptors.Close(fd);
            return;
        }

        if (_connections.Count >= Options.MaxConnections)
        {
            _connections.GiveUpOne();
        }

        var transport = new SocketTransport(fd, _endWatch);
        _connections.Add(transport, this, _complaints, _gate!, Reserve(transport));
    }
}
