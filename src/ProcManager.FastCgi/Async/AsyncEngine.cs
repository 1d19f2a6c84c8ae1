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
internal sealed class AsyncEngine : IEngine, IAsyncHost
{
    // Milliseconds. Requests that have waited while the worker was full may have lost their clients; without a look they would be served for nobody.
    private const long LookAfterFull = 10_000;

    private readonly ProcessManager _manager;
    private readonly Socket _listener;
    private readonly HashSet<IPAddress>? _allowed;
    private readonly Complaints _complaints;
    private readonly Channel<FastCgiRequest> _ready = Channel.CreateUnbounded<FastCgiRequest>();
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _leaving = new();
    private readonly OpenConnections _connections = new();
    private readonly EndWatch _endWatch = new();
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
        _complaints = new Complaints(manager.Logger);
        _places = new SemaphoreSlim(options.MaxConcurrentRequests);
    }

    public FastCgiOptions Options { get; }

    public CancellationToken Leaving => _leaving.Token;

    public void RoomMade()
    {
        if (_isFull)
        {
            _isFull = false;
            _gate?.Cancel();
        }
    }

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
        Task place = _places.WaitAsync();
        bool hasWaited = !place.IsCompleted;
        await place.ConfigureAwait(false);
        if ((hasWaited || Environment.TickCount64 - Volatile.Read(ref _fullAt) < LookAfterFull) && request.Connection!.IsLost(request.Exchange))
        {
            _places.Release();
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
            _places.Release();
            scope.Dispose();
        }
    }

    public void WatchForAbort(FastCgiRequest request) => request.Connection!.WatchForAbort();

    public void Dispose()
    {
        _disposed = true;
        _leaving.Cancel();
        _gate?.Cancel();
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
                _ = _manager.EnterRawGate(_listener, out _); // told here, not on another thread, when Manage was not called
                _manager.Settle();
                _started = true;
                new Thread(Run) { IsBackground = true, Name = "fastcgi accept" }.Start();
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
            if (!_disposed)
            {
                _manager.LeftRawGate();
            }

            _ready.Writer.TryComplete();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _ready.Writer.TryComplete(e);
        }
    }

    private bool AcceptOne()
    {
        // A place is only looked for here; the request takes it.
        if (!_places.Wait(0))
        {
            _places.Wait();
            Volatile.Write(ref _fullAt, Environment.TickCount64);
        }

        _places.Release();
        _gate = _manager.EnterRawGate(_listener, out bool leaving);
        if (leaving)
        {
            return false;
        }

        _gate.IsClosed = !HasRoom();
        if (_gate.Next(-1, out int fd) == GateNews.Connection)
        {
            Open(fd);
        }

        return true;
    }

    // A connection that is accepted is never given up for another one: when none is only kept, new ones wait in the queue.
    private bool HasRoom()
    {
        if (_connections.HasRoom(Options.MaxConnections))
        {
            return true;
        }

        _complaints.Tell(Complaint.Full, Complaints.Full(Options));
        _isFull = true;
        return _connections.HasRoom(Options.MaxConnections); // one may have gone just before
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

        Socket socket;
        try
        {
            socket = new Socket(new SafeSocketHandle(fd, ownsHandle: true));
        }
        catch (SocketException)
        {
            return; // gone already; the handle closes the descriptor
        }

        _connections.Add(socket, this, _complaints, _endWatch);
    }
}
