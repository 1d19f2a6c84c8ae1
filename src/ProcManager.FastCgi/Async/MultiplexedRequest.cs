using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Streams;

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
        Exchange = new Exchange(new InputBuffer(4096), this, connection);
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
        if (!body.Ended && !await _signal.WaitAsync(_options.BodyTimeout, cancellationToken).ConfigureAwait(false))
        {
            Exchange.FailedWith = 408;
        }

        IsWaiting = false;
        if (!body.Ended && (Exchange.AbortReason is not null || Exchange.FailedWith != 0))
        {
            Connection.ThrowIfOver(Exchange, _options);
        }

        return !body.Ended;
    }
}
