using System.Diagnostics;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Streams;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Protocol;

/// <summary>Reading on when the application wants more of a body, and what ends a body early.</summary>
#pragma warning disable CA1001 // its semaphore has no handle until a caller asks for one
internal partial class Connection
#pragma warning restore CA1001
{
    public void ThrowIfFailed() => ThrowIfFailed(Exchange, _options);

    public virtual async ValueTask<bool> MoreAsync(BodyReader body, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            long before = body.Received;
            ThrowIfOver(Exchange, _options);
            await TakeOverAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (ParseLocked() == Progress.Broken)
                {
                    Complaints.Tell(Complaint.Protocol, BrokenReason);
                    Lose(BrokenReason);
                }

                if (HasReplies)
                {
                    await SendRepliesAsync().ConfigureAwait(false);
                }

                if (body.Received > before || body.Ended)
                {
                    return !body.Ended;
                }

                ThrowIfOver(Exchange, _options);
                await ReceiveAsync(_options.BodyTimeout - Stopwatch.GetElapsedTime(begun), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _receiving.Release();
            }
        }
    }

    // A write under way may be reading, too.
    private ValueTask TakeOverAsync(CancellationToken cancellationToken)
    {
        if (_receiving.Wait(0, CancellationToken.None))
        {
            return ValueTask.CompletedTask;
        }

        try
        {
            _feeding?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // the feeding has just ended
        }

        return new ValueTask(_receiving.WaitAsync(cancellationToken));
    }

    private Progress ParseLocked()
    {
        lock (Input)
        {
            return Parse();
        }
    }

    private async ValueTask ReceiveAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        int n;
        try
        {
            Memory<byte> room;
            lock (Input)
            {
                room = RoomToRead();
            }

            limit = limit > TimeSpan.FromMilliseconds(1) ? limit : TimeSpan.FromMilliseconds(1);
            n = await Transport.ReceiveAsync(room, limit, new Interruption(Exchange, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Exchange.IsGivenUp && !cancellationToken.IsCancellationRequested)
        {
            throw new FastCgiAbortedException("The body is incomplete: the application has given the request up.");
        }

        switch (n)
        {
            case > 0:
                lock (Input)
                {
                    Input.Received(n);
                }

                break;
            case Transport.TimedOut:
                Complaints.Tell(Complaint.Body, $"nothing of a body came for {_options.BodyTimeout} ({nameof(FastCgiOptions.BodyTimeout)})");
                Exchange.FailedWith = 408;
                break;
            default:
                Lose("the web server has closed the connection");
                break;
        }
    }

    internal static void ThrowIfOver(Exchange exchange, FastCgiOptions options)
    {
        ThrowIfFailed(exchange, options);
        if ((exchange.IsGivenUp ? "the application has given the request up" : exchange.AbortReason) is { } reason)
        {
            throw new FastCgiAbortedException($"The body is incomplete: {reason}.");
        }
    }

    internal static void ThrowIfFailed(Exchange exchange, FastCgiOptions options)
    {
        if (exchange.FailedWith == 408)
        {
            throw new FastCgiBadRequestException($"Nothing of the body came for {nameof(FastCgiOptions.BodyTimeout)}, which is {options.BodyTimeout}.", 408);
        }

        if (exchange.FailedWith == 400)
        {
            throw new FastCgiBadRequestException($"The body has ended after {exchange.Stdin.Received} bytes; CONTENT_LENGTH is {exchange.Announced}.", 400);
        }

        if (exchange.FailedWith != 0)
        {
            throw new FastCgiBadRequestException($"The body is larger than {nameof(FastCgiOptions.MaxBodySize)}, which is {options.MaxBodySize}.", 413);
        }
    }
}
