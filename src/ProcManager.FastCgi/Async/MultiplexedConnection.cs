using System.Diagnostics;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Async;

/// <summary>
/// Several requests at once on one connection, FastCGI specification 3.5. One task reads for all of them; a body that nobody reads
/// stops it when it has grown too much, and with it the others of the connection.
/// </summary>
internal sealed partial class MultiplexedConnection : Connection, IServedConnection
{
    private const int MostUnread = 256 * 1024;

    // Requests beyond those that are served wait for their turn: the connection is this worker's, no other can take them.
    private const int LeastWaiting = 64;

    private readonly IAsyncHost _host;
    private readonly SocketTransport _transport;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, MultiplexedRequest> _requests = [];
    private readonly SemaphoreSlim _changed = new(0);
    private CancellationTokenSource? _round;
    private int _endingCount; // requests whose end is being sent
    private bool _closeWhenEmpty;
    private readonly CancellationTokenSource _ending;
    private long _idleSince; // since when the connection waits for a request, the first one included
    private bool _hadRequest;

    internal MultiplexedConnection(SocketTransport transport, IAsyncHost host, Complaints complaints)
        : base(transport, host.Options, complaints)
    {
        _transport = transport;
        _host = host;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(host.Leaving);
        _idleSince = Stopwatch.GetTimestamp();
    }

    public long? IdleSince
    {
        get
        {
            lock (_lock)
            {
                return _hadRequest && !_ending.IsCancellationRequested && _requests.Count + _endingCount == 0 && Input.UnparsedLength == 0 ? _idleSince : null;
            }
        }
    }

    protected override bool Multiplexes => true;

    internal override bool IsInHeader => _requests.Values.Any(static r => !r.Exchange.IsGiven);

    public async Task RunAsync()
    {
        await ReadAsync().ConfigureAwait(false);
        lock (_lock)
        {
            // Those that the application has never seen have nobody to complete them.
            foreach ((int id, _) in _requests.Where(static r => !r.Value.Exchange.IsGiven).ToArray())
            {
                _requests.Remove(id);
            }
        }

        while (State().Busy)
        {
            await _changed.WaitAsync().ConfigureAwait(false);
        }
    }

    public Reservation? Place { get; set; }

    public void GiveUp()
    {
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // the connection has ended by itself
        }
    }

    public void Close() => _transport.Close();

    public async ValueTask FinishAsync(Exchange exchange)
    {
        lock (_lock)
        {
            _requests.Remove(exchange.Id); // before the end is sent: after that the web server may use the number for another request
            _endingCount++;
        }

        try
        {
            await SendEndAsync(exchange).ConfigureAwait(false);
        }
        finally
        {
            Remove(exchange);
        }
    }

    bool IServedConnection.IsLost(Exchange exchange) => exchange.AbortReason is not null || _transport.IsLost;

    public void WatchForAbort() => _transport.Watch(this); // the connection is read, but not while much of a body is unread

    public override int? RequestId => null; // ABORT_REQUEST is read like everything else

    public override async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> records, Interruption interruption)
    {
        ValueTask<bool> sending = base.SendAsync(records, interruption);
        if (sending.IsCompleted || interruption.Exchange is not { } exchange)
        {
            return await sending.ConfigureAwait(false);
        }

        exchange.IsSending = true;
        Changed(); // the reader may take more of this request's body now
        try
        {
            return await sending.ConfigureAwait(false);
        }
        finally
        {
            exchange.IsSending = false;
        }
    }

    internal override ValueTask<bool> FeedAsync(Task sending, CancellationToken cancellationToken) => ValueTask.FromResult(false); // the reader does it

    internal override void Lose(string reason)
    {
        base.Lose(reason);
        lock (_lock)
        {
            foreach (MultiplexedRequest request in _requests.Values)
            {
                request.Exchange.Abort(reason);
                request.Signal();
            }
        }

        Changed();
    }

    public void Dispose()
    {
        Input.Release();
        _transport.Dispose();
        _ending.Dispose();
        _changed.Dispose();
    }

    protected override ValueTask GiveUpAsync(Exchange exchange)
    {
        exchange.Stdout.Drop();
        exchange.AppStatus = 1; // the others live on
        return ValueTask.CompletedTask;
    }

    protected override Exchange? Find(int id) => _requests.GetValueOrDefault(id)?.Exchange;

    protected override Exchange? Begin(int id, FastCgiRole role)
    {
        if (_requests.Count >= Math.Max(LeastWaiting, 2 * Options.MaxConcurrentRequests))
        {
            Reply(Records.TooMany(id, role));
            return null;
        }

        _hadRequest = true;
        var request = new MultiplexedRequest(this, Options);
        _requests.Add(id, request);
        return request.Exchange;
    }

    /// <summary>A reader has made room, or a request has ended.</summary>
    internal void Changed()
    {
        if (_changed.CurrentCount == 0)
        {
            _changed.Release();
        }
    }

    private void Remove(Exchange exchange)
    {
        CancellationTokenSource? round = null;
        lock (_lock)
        {
            _endingCount--;
            exchange.End();
            exchange.Release();
            exchange.Stdin.Buffer.Release();
            _closeWhenEmpty |= !exchange.KeepConnection || _host.IsInLastRequest;
            if (_requests.Count + _endingCount == 0)
            {
                _idleSince = Stopwatch.GetTimestamp();
                round = _round; // the read that waits has other reasons to end now
            }
        }

        try
        {
            round?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has ended by itself
        }

        Changed();
        if (round is not null)
        {
            _host.RoomMade();
        }
    }
}
