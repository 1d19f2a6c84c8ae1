using System.Diagnostics;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;

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
                    _ = _host.GiveAsync(new FastCgiRequest(Ready, _host) { Connection = this }).AsTask(); // the others do not wait for it
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
        exchange.Response.Refuse(RefusalStatus);
        await FinishAsync(exchange).ConfigureAwait(false);
    }

    private (bool Busy, bool InHeader) State()
    {
        lock (_lock)
        {
            return (_requests.Count + _endingCount > 0, IsInHeader);
        }
    }

    private async ValueTask ReadAsync()
    {
        long begun = Stopwatch.GetTimestamp();
        while (await UseAsync().ConfigureAwait(false))
        {
            (bool busy, bool inHeader) = State();
            if (!busy && _closeWhenEmpty)
            {
                return;
            }

            bool fresh = !_hadRequest; // asking for our values, as HAProxy does first, is none
            bool leaving = _ending.IsCancellationRequested;
            int n = leaving && !busy
                ? await ReceiveLastAsync(fresh).ConfigureAwait(false)
                : await ReceiveAsync(Limit(busy, inHeader || fresh, begun), busy, leaving).ConfigureAwait(false);
            if (n == Again)
            {
                continue;
            }

            if (n == 0 && busy)
            {
                EndOfInput();
                return;
            }

            if (n <= 0)
            {
                if (n == Transports.Transport.TimedOut && inHeader)
                {
                    Complaints.Tell(Complaint.Header, $"a request did not have its parameters complete within {Options.HeaderTimeout} ({nameof(FastCgiOptions.HeaderTimeout)})");
                }

                Lose("the web server has closed the connection");
                return;
            }

            begun = inHeader ? begun : Stopwatch.GetTimestamp();
            Input.Received(n);
        }
    }

    // The web server may still want the answers to its requests.
    private void EndOfInput()
    {
        lock (_lock)
        {
            foreach (MultiplexedRequest request in _requests.Values.Where(static r => !r.Exchange.Stdin.Ended || !r.Exchange.Data.Ended))
            {
                request.Exchange.Abort("the web server has ended its side before the body was complete");
                request.Signal();
            }
        }

        Transport.Watch(this); // nothing reads any more, and the web server may go yet
    }

    private TimeSpan Limit(bool busy, bool inHeader, long begun)
    {
        if (busy && !inHeader)
        {
            return Timeout.InfiniteTimeSpan;
        }

        TimeSpan left = inHeader ? Options.HeaderTimeout - Stopwatch.GetElapsedTime(begun) : Options.KeepAliveTimeout - Stopwatch.GetElapsedTime(_idleSince);
        return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
    }

    private async ValueTask<int> ReceiveAsync(TimeSpan limit, bool busy, bool leaving)
    {
        using var round = new CancellationTokenSource();
        lock (_lock)
        {
            if (busy && _requests.Count + _endingCount == 0)
            {
                return Again;
            }

            _round = round;
        }

        using CancellationTokenRegistration registration = leaving ? default : _ending.Token.Register(round.Cancel);
        try
        {
            return await Transport.ReceiveAsync(RoomToRead(), limit, new Interruption(null, round.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Again;
        }
        finally
        {
            lock (_lock)
            {
                _round = null;
            }
        }
    }

    // The worker is to leave: a connection that was only just accepted gets a moment to begin; on an idle one nothing must be under way.
    private async ValueTask<int> ReceiveLastAsync(bool fresh) => fresh
        ? await Transport.ReceiveAsync(RoomToRead(), Direct.ConnectionTable.DrainTime, default).ConfigureAwait(false)
        : Transport.TryReceive(RoomToRead().Span);

    private async ValueTask WaitForReadersAsync()
    {
        while (!IsLost && HasMuchUnread())
        {
            await _changed.WaitAsync(Options.BodyTimeout).ConfigureAwait(false);
        }
    }

    private static int MostOf(MultiplexedRequest request) => request.Exchange.IsSending ? MostWhileWriting : MostUnread;

    private bool HasMuchUnread()
    {
        lock (_lock)
        {
            return _requests.Values.Any(static r => !r.IsWaiting && (MostOf(r) < r.Exchange.Stdin.Buffer.BodyLength || MostOf(r) < r.Exchange.Data.Buffer.BodyLength));
        }
    }
}
