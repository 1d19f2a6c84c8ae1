using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Streams;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Protocol;

/// <summary>Reading on when the application wants more of a body, and what ends a body early.</summary>
internal partial class Connection
{
    public void ThrowIfFailed() => ThrowIfFailed(Exchange, _options);

    public virtual async ValueTask<bool> MoreAsync(BodyReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            long before = body.Received;
            ThrowIfOver(Exchange, _options);
            if (Parse() == Progress.Broken)
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
                if (body.Ended)
                {
                    Exchange.Request?.BodyHasEnded();
                }

                return !body.Ended;
            }

            ThrowIfOver(Exchange, _options);
            await ReceiveAsync(_options.BodyTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask ReceiveAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        int n = await Transport.ReceiveAsync(RoomToRead(), limit, cancellationToken).ConfigureAwait(false);
        switch (n)
        {
            case > 0:
                Input.Received(n);
                break;
            case Transport.TimedOut:
                Complaints.Tell(Complaint.Body, $"nothing of a body came for {limit} ({nameof(FastCgiOptions.BodyTimeout)})");
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
        if (exchange.AbortReason is { } reason)
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

        if (exchange.FailedWith != 0)
        {
            throw new FastCgiBadRequestException($"The body is larger than {nameof(FastCgiOptions.MaxBodySize)}, which is {options.MaxBodySize}.", 413);
        }
    }
}
