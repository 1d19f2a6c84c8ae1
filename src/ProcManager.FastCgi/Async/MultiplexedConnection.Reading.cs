using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Async;

/// <summary>The one task that reads for all requests of the connection.</summary>
internal sealed partial class MultiplexedConnection
{
    private const int Again = -100;

    /// <summary>Everything that has come. False: the connection is not to be read any more.</summary>
    private async ValueTask<bool> UseAsync()
    {
        while (!IsLost)
        {
            Progress progress;
            lock (_lock)
            {
                progress = Parse();
                foreach (MultiplexedRequest request in _requests.Values)
                {
                    request.Signal();
                }
            }

            if (HasReplies)
            {
                await SendRepliesAsync().ConfigureAwait(false);
            }

            switch (progress)
            {
                case Progress.RequestReady:
                    if (!_host.TryGive(new FastCgiRequest(Ready, _host) { Connection = this }))
                    {
                        await SendAsync(Records.EndRequest(Ready.Id, ProtocolStatus.Overloaded)).ConfigureAwait(false);
                        Remove(Ready);
                    }

                    break;
                case Progress.Refused:
                    await RefuseAsync(Ready).ConfigureAwait(false);
                    break;
                case Progress.Broken:
                    Complaints.Tell(Complaint.Protocol, $"a connection is closed: {BrokenReason}");
                    Lose(BrokenReason);
                    return false;
                default:
                    await WaitForReadersAsync().ConfigureAwait(false);
                    return !IsLost;
            }
        }

        return false;
    }

    private async ValueTask RefuseAsync(Exchange exchange)
    {
        if (exchange.Role == FastCgiRole.Responder)
        {
            exchange.Response.StatusCode = RefusalStatus;
            exchange.Response.ContentType = "text/plain";
            exchange.Response.Write($"{RefusalStatus} {ReasonPhrases.Of(RefusalStatus)}\n");
        }

        await FinishAsync(exchange).ConfigureAwait(false);
    }

    private (bool Busy, bool InHeader) State()
    {
        lock (_lock)
        {
            return (_requests.Count > 0, IsInHeader);
        }
    }

    private async ValueTask<int> ReceiveAsync(TimeSpan limit, bool busy, bool received)
    {
        try
        {
            limit = limit > TimeSpan.FromMilliseconds(1) ? limit : TimeSpan.FromMilliseconds(1);
            return await Transport.ReceiveAsync(RoomToRead(), limit, _wake.IsCancellationRequested ? CancellationToken.None : _wake.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (busy)
            {
                return Again;
            }

            return received
                ? Transport.TryReceive(RoomToRead().Span)
                : await Transport.ReceiveAsync(RoomToRead(), Direct.ConnectionTable.DrainTime, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask WaitForReadersAsync()
    {
        while (!IsLost && HasMuchUnread())
        {
            await _changed.WaitAsync(Options.BodyTimeout).ConfigureAwait(false);
        }
    }

    private bool HasMuchUnread()
    {
        lock (_lock)
        {
            return _requests.Values.Any(static r => !r.IsWaiting && (r.Exchange.Stdin.Buffer.BodyLength > MostUnread || r.Exchange.Data.Buffer.BodyLength > MostUnread));
        }
    }
}
