using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProcManager.FastCgi.Diagnostics;

namespace ProcManager.FastCgi;

/// <summary>
/// Gives the application's own loop two requests for <see cref="FastCgiOptions.WarmUpPath"/> before the first wait for a client. They come through an engine of the same kind, on a private
/// socket. The worker says that it is ready, or stands by, at that first wait, so it is warm by then.
/// </summary>
internal sealed class WarmingEngine(ProcessManager manager, Func<ProcessManager, Socket, IEngine> makeEngine, FastCgiOptions options, ILogger log) : IEngine
{
    private const int Requests = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1);
    private PrivateClient? _client;
    private IEngine? _rehearsing;
    private FastCgiRequest? _request;
    private int _sent;
    private bool _isGivenUp;
    private volatile bool _isDone;

    /// <summary>The application has answered, or was given up: this engine has nothing more to do.</summary>
    internal bool IsDone => _isDone || manager.Role != ProcessRole.Worker;

    /// <summary>Null: wait for clients now.</summary>
    public FastCgiRequest? Accept() => NextAsync(static (e, _) => new ValueTask<FastCgiRequest?>(e.Accept()), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>Null: wait for clients now.</summary>
    public ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken) => NextAsync(static (e, t) => e.AcceptAsync(t), cancellationToken);

    public void Dispose()
    {
        _isDone = true;
        _rehearsing?.Dispose();
        _client?.Dispose();
    }

    private async ValueTask<FastCgiRequest?> NextAsync(Func<IEngine, CancellationToken, ValueTask<FastCgiRequest?>> accept, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isDone && await LastHasEndedAsync().ConfigureAwait(false) && _sent < Requests)
            {
                FastCgiRequest? request = await AskAsync(accept, cancellationToken).ConfigureAwait(false);
                if (request is not null)
                {
                    return request;
                }
            }
        }
        catch (Exception e) when (e is SocketException or PosixException or ProcManagerException)
        {
            // Being warm is only for speed.
        }
        finally
        {
            _one.Release();
        }

        if (_isGivenUp)
        {
            _isDone = true;
            _client!.Dispose(); // for the application its client is gone; the engine lives on, to tell it so
        }
        else
        {
            Dispose();
        }

        return null;
    }

    private async Task<FastCgiRequest?> AskAsync(Func<IEngine, CancellationToken, ValueTask<FastCgiRequest?>> accept, CancellationToken cancellationToken)
    {
        _client ??= new PrivateClient(log);
        _rehearsing ??= makeEngine(ProcessManager.ForRehearsal(), _client.Listener);
        _client.Connect();
        _client.Send(options.WarmUpPath!, keep: false);
        _sent++;
        _request = await accept(_rehearsing, cancellationToken).ConfigureAwait(false);
        if (_request is null || _client.HasSent(_request))
        {
            return _request;
        }

        await _request.CompleteAsync().ConfigureAwait(false); // a stranger's
        return null;
    }

    // An application that hangs (its database is away) must not keep the worker from serving: it would hang for its clients too, and they would be told.
    private async Task<bool> LastHasEndedAsync()
    {
        if (_request is null)
        {
            return true;
        }

        if (options.MaxConcurrentRequests == 1)
        {
            await _request.CompleteAsync().ConfigureAwait(false); // as at the next accept for a client
        }

        await _client!.Ended.WaitAsync(Limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_client.Ended.IsCompleted)
        {
            return true;
        }

        FastCgiLog.WarmUpGivenUp(log, options.WarmUpPath!, Limit);
        _isGivenUp = true;
        return false;
    }
}
