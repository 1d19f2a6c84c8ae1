using System.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Streams;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Async;

/// <summary>One of several requests of a connection: its body lies in a buffer of its own, and comes when the connection's reader says so.</summary>
#pragma warning disable CA1001 // its signal has no handle as long as nobody asks for one
internal sealed class MultiplexedRequest : IBodySource
#pragma warning restore CA1001
{
    private readonly MultiplexedConnection _connection;
    private readonly FastCgiOptions _options;
    private readonly SemaphoreSlim _signal = new(0, 1);

    internal MultiplexedRequest(MultiplexedConnection connection, FastCgiOptions options)
    {
        _connection = connection;
        _options = options;
        Exchange = new Exchange(new InputBuffer(4096), this, connection, connection.Complaints.Log);
    }

    internal Exchange Exchange { get; }

    /// <summary>The application wants more than it has, so what it has is no reason to stop reading.</summary>
    internal bool IsWaiting { get; private set; }

    /// <summary>Something has come. Called under the connection's lock.</summary>
    internal void Signal()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    public void ThrowIfFailed() => Connection.ThrowIfFailed(Exchange, _options);

    public async ValueTask<bool> MoreAsync(BodyReader body, CancellationToken cancellationToken)
    {
        Connection.ThrowIfOver(Exchange, _options);
        IsWaiting = true;
        _connection.Changed();
        try
        {
            await WaitAsync(body, new Interruption(Exchange, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Exchange.IsGivenUp && !cancellationToken.IsCancellationRequested)
        {
            Connection.ThrowIfOver(Exchange, _options);
        }
        finally
        {
            IsWaiting = false;
        }

        if (!body.Ended && (Exchange.AbortReason is not null || Exchange.FailedWith != 0))
        {
            Connection.ThrowIfOver(Exchange, _options);
        }

        return !body.Ended;
    }

    // The signal comes for every request of the connection, and for any of its streams, so a signal does not restart the time limit.
    private async ValueTask WaitAsync(BodyReader body, Interruption interruption)
    {
        CancellationToken token = interruption.Token(out CancellationTokenSource? linked);
        using (linked)
        {
            long begun = Stopwatch.GetTimestamp();
            while (!body.Ended && !body.HasNew && Exchange.AbortReason is null && Exchange.FailedWith == 0)
            {
                TimeSpan left = _options.BodyTimeout - Stopwatch.GetElapsedTime(begun);
                if (left <= TimeSpan.Zero || !await _signal.WaitAsync(left, token).ConfigureAwait(false))
                {
                    Exchange.FailedWith = 408;
                }
            }
        }
    }
}
