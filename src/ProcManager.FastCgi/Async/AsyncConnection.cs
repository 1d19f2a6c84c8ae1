using System.Diagnostics;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Async;

/// <summary>One connection with one request at a time: reads a request, gives it to the application, waits for its end, and so on.</summary>
internal sealed class AsyncConnection : IServedConnection
{
    private readonly IAsyncHost _host;
    private readonly SocketTransport _transport;
    private readonly CancellationTokenSource _ending;
    private readonly Connection _protocol;
    private long _idleSince;
    private TaskCompletionSource<bool> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal AsyncConnection(SocketTransport transport, IAsyncHost host, Complaints complaints)
    {
        _host = host;
        _transport = transport;
        _protocol = new Connection(_transport, host.Options, complaints);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(host.Leaving);
    }

    public long? IdleSince => Volatile.Read(ref _idleSince) is var since and not 0 ? since : null;

    public Reservation? Place { get; set; }

    public void GiveUp()
    {
        Volatile.Write(ref _idleSince, 0); // once is enough
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

    public async Task RunAsync()
    {
        TimeSpan patience = _host.Options.HeaderTimeout;
        bool fresh = true;
        while (await ReadRequestAsync(patience, fresh).ConfigureAwait(false) is { } exchange)
        {
            fresh = false;
            patience = _host.Options.KeepAliveTimeout;
            _completed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            await _host.GiveAsync(new FastCgiRequest(exchange, _host) { Connection = this }).ConfigureAwait(false);
            if (!await _completed.Task.ConfigureAwait(false) || _ending.IsCancellationRequested)
            {
                break;
            }

            if (_protocol.Input.UnparsedLength == 0)
            {
                _protocol.Input.Release();
                _protocol.Exchange.Release();
            }
        }

        await CloseAsync().ConfigureAwait(false);
    }

    public async ValueTask FinishAsync(Exchange exchange)
    {
        bool keep = false;
        if (exchange.Request is { IsWatched: true })
        {
            _transport.Unwatch();
        }

        try
        {
            keep = await _protocol.FinishAsync().ConfigureAwait(false) && !_host.IsInLastRequest;
        }
        finally
        {
            _completed.TrySetResult(keep);
        }
    }

    public bool IsLost(Exchange exchange) => _transport.IsLost;

    public void WatchForAbort() => _transport.Watch(_protocol);

    public void Dispose()
    {
        _transport.Dispose();
        _ending.Dispose();
    }

    private async ValueTask<Exchange?> ReadRequestAsync(TimeSpan patience, bool fresh)
    {
        long begun = Stopwatch.GetTimestamp();
        bool inHeader = false;
        while (true)
        {
            Progress progress = _protocol.Parse();
            if (_protocol.HasReplies)
            {
                await _protocol.SendRepliesAsync().ConfigureAwait(false);
            }

            switch (progress)
            {
                case Progress.RequestReady:
                    return _protocol.Ready;
                case Progress.Refused:
                    await RefuseAsync(_protocol).ConfigureAwait(false);
                    return null;
                case Progress.Broken:
                    _protocol.Complaints.Tell(Complaint.Protocol, $"a connection is closed: {_protocol.BrokenReason}");
                    _protocol.Lose(_protocol.BrokenReason);
                    return null;
                default:
                    break;
            }

            if (_protocol.IsInHeader && !inHeader)
            {
                inHeader = true;
                patience = _host.Options.HeaderTimeout;
                begun = fresh ? begun : Stopwatch.GetTimestamp();
            }

            bool idle = !fresh && !inHeader && _protocol.Input.UnparsedLength == 0;
            if (idle)
            {
                Volatile.Write(ref _idleSince, begun);
                _host.RoomMade();
            }

            bool received = await ReceiveAsync(patience - Stopwatch.GetElapsedTime(begun), inHeader, fresh).ConfigureAwait(false);
            Volatile.Write(ref _idleSince, 0);
            if (!received)
            {
                return null;
            }
        }
    }

    private async ValueTask<bool> ReceiveAsync(TimeSpan limit, bool inHeader, bool fresh)
    {
        int n;
        try
        {
            limit = limit > TimeSpan.FromMilliseconds(1) ? limit : TimeSpan.FromMilliseconds(1);
            n = await _protocol.Transport.ReceiveAsync(_protocol.RoomToRead(), limit, new Interruption(null, inHeader ? CancellationToken.None : _ending.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The worker is to leave, or needs the room. A connection that was only just accepted gets a moment to begin; on an idle connection nothing must be under way.
            n = fresh
                ? await _protocol.Transport.ReceiveAsync(_protocol.RoomToRead(), Direct.ConnectionTable.DrainTime, default).ConfigureAwait(false)
                : _protocol.Transport.TryReceive(_protocol.RoomToRead().Span);
        }

        if (n <= 0)
        {
            if (n == Transports.Transport.TimedOut && inHeader)
            {
                _protocol.Complaints.Tell(Complaint.Header, $"a request did not have its parameters complete within {_host.Options.HeaderTimeout} ({nameof(FastCgiOptions.HeaderTimeout)})");
            }

            _protocol.Lose("the web server has closed the connection");
            return false;
        }

        _protocol.Input.Received(n);
        return true;
    }

    internal static async ValueTask RefuseAsync(Connection protocol)
    {
        protocol.Ready.Response.Refuse(protocol.RefusalStatus);
        _ = await protocol.FinishAsync().ConfigureAwait(false);
    }

    // Bytes that were sent and never read would turn the close into a reset, and the web server would drop the answer.
    private async ValueTask CloseAsync()
    {
        if (!_protocol.IsLost && _protocol.HasUnreadInput)
        {
            _transport.EndSending();
            long begun = Stopwatch.GetTimestamp();
            byte[] waste = new byte[4096];
            TimeSpan left;
            while ((left = Direct.ConnectionTable.DrainTime - Stopwatch.GetElapsedTime(begun)) > TimeSpan.Zero
                && await _transport.ReceiveAsync(waste, left, default).ConfigureAwait(false) > 0)
            {
            }
        }

        _protocol.Input.Release();
        _protocol.Exchange.Release();
    }
}
