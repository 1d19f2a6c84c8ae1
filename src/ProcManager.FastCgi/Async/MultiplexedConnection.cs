using System.Diagnostics;
using System.Net.Sockets;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Streams;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Async;

/// <summary>
/// Several requests at once on one connection, FastCGI specification 3.5. One task reads for all of them; a body that nobody reads
/// stops it when it has grown too much, and with it the others of the connection.
/// </summary>
internal sealed partial class MultiplexedConnection : Connection, IServedConnection
{
    private const int MostUnread = 256 * 1024;

    private readonly IAsyncHost _host;
    private readonly SocketTransport _transport;
    private readonly Lock _lock = new();
    private readonly Dictionary<int, MultiplexedRequest> _requests = [];
    private readonly SemaphoreSlim _changed = new(0);
    private readonly CancellationTokenSource _wake = new();
    private bool _closeWhenEmpty;

    internal MultiplexedConnection(Socket socket, IAsyncHost host, Complaints complaints)
        : this(new SocketTransport(socket), host, complaints)
    {
    }

    private MultiplexedConnection(SocketTransport transport, IAsyncHost host, Complaints complaints)
        : base(transport, host.Options, complaints)
    {
        _transport = transport;
        _host = host;
    }

    public long? IdleSince { get; private set; } = Stopwatch.GetTimestamp();

    internal override bool IsInHeader => _requests.Values.Any(static r => !r.Exchange.IsGiven);

    public async Task RunAsync()
    {
        using CancellationTokenRegistration leaving = _host.Leaving.Register(_wake.Cancel);
        long begun = Stopwatch.GetTimestamp();
        bool received = false;
        while (await UseAsync().ConfigureAwait(false))
        {
            (bool busy, bool inHeader) = State();
            IdleSince = busy ? null : IdleSince ?? Stopwatch.GetTimestamp();
            if (!busy && (_closeWhenEmpty || (received && _host.Leaving.IsCancellationRequested)))
            {
                break;
            }

            TimeSpan limit = inHeader || !received ? Options.HeaderTimeout - Stopwatch.GetElapsedTime(begun) : busy ? TimeSpan.FromDays(1) : Options.KeepAliveTimeout;
            int n = await ReceiveAsync(limit, busy, received).ConfigureAwait(false);
            if (n == 0 && Volatile.Read(ref _closeWhenEmpty) && _requests.Count == 0)
            {
                break;
            }

            if (n == Again)
            {
                continue;
            }

            if (n <= 0)
            {
                Lose("the web server has closed the connection");
                break;
            }

            begun = inHeader ? begun : Stopwatch.GetTimestamp();
            received = true;
            Input.Received(n);
        }

        await WaitUntilEmptyAsync().ConfigureAwait(false);
    }

    public void GiveUp() => _transport.Socket.Dispose();

    public async ValueTask FinishAsync(Exchange exchange)
    {
        try
        {
            await SendEndAsync(exchange).ConfigureAwait(false);
        }
        finally
        {
            Remove(exchange);
        }
    }

    public Task WatchForAbortAsync(Exchange exchange, FastCgiRequest request) => Task.CompletedTask; // the connection is read all the time

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
    }

    public void Dispose()
    {
        Input.Release();
        _transport.Dispose();
        _changed.Dispose();
        _wake.Dispose();
    }

    protected override ValueTask GiveUpAsync(Exchange exchange)
    {
        exchange.AppStatus = 1; // the others live on
        return ValueTask.CompletedTask;
    }

    protected override Exchange? Find(int id) => _requests.GetValueOrDefault(id)?.Exchange;

    protected override Exchange? Begin(int id)
    {
        if (_requests.Count >= Options.MaxConcurrentRequests)
        {
            Reply(Records.EndRequest(id, ProtocolStatus.Overloaded));
            return null;
        }

        var request = new MultiplexedRequest(this, Options);
        _requests.Add(id, request);
        return request.Exchange;
    }

    private async ValueTask WaitUntilEmptyAsync()
    {
        while (State().Busy)
        {
            await _changed.WaitAsync().ConfigureAwait(false);
        }
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
        bool last;
        lock (_lock)
        {
            _requests.Remove(exchange.Id);
            exchange.End();
            exchange.Release();
            exchange.Stdin.Buffer.Release();
            last = _requests.Count == 0 && (!exchange.KeepConnection || _host.Leaving.IsCancellationRequested);
        }

        if (last)
        {
            Volatile.Write(ref _closeWhenEmpty, true);
            try
            {
                _transport.Socket.Shutdown(SocketShutdown.Receive); // the read that waits ends with it
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // gone already
            }
        }

        Changed();
    }
}
