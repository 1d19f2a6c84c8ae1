using Microsoft.AspNetCore.Http.Features;
using ProcManager.FastCgi.AspNetCore.Hosting;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>Whether anybody still waits for the answer.</summary>
internal sealed partial class HttpExchange : IHttpRequestLifetimeFeature
{
    private readonly Lock _abortLock = new();
    private CancellationTokenSource? _aborted;
    private CancellationToken? _replaced;
    private bool _isGivenUp;

    /// <summary>Nobody waits for the answer any more.</summary>
    internal bool IsAborted => _isGivenUp || (!_ended && _request.Exchange.AbortReason is not null);

    /// <summary>The connection is watched from the moment this is asked for.</summary>
    CancellationToken IHttpRequestLifetimeFeature.RequestAborted
    {
        get
        {
            if (_replaced is { } other)
            {
                return other;
            }

            lock (_abortLock)
            {
                if (_aborted is null)
                {
                    _aborted = new CancellationTokenSource();
                    if (_isGivenUp)
                    {
                        _aborted.Cancel(); // nothing is registered on it yet
                    }
                    else if (!_ended)
                    {
                        _request.RequestAborted.UnsafeRegister(static s => ((HttpExchange)s!).Cancel(), this);
                    }
                }

                return _aborted.Token;
            }
        }

        set => _replaced = value;
    }

    /// <summary>Nothing more of the answer is sent, and the web server is made to see that it is not whole.</summary>
    public void Abort() => GiveUp();

    internal void GiveUp()
    {
        lock (_abortLock)
        {
            if (_ended || _isGivenUp)
            {
                return;
            }

            _isGivenUp = true;
            _request.Abort();
        }

        ThreadPool.UnsafeQueueUserWorkItem(static e => e.Cancel(), this, preferLocal: false); // the application's callbacks may take their time
    }

    private void Cancel()
    {
        CancellationTokenSource? source;
        lock (_abortLock)
        {
            source = _aborted;
        }

        try
        {
            source?.Cancel();
        }
        catch (AggregateException e)
        {
            ServerLog.AbortCallbackThrew(_server.Log, e, Method, FullPath, TraceIdentifier);
        }
    }
}
