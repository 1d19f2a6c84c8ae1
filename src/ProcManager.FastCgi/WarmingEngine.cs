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

    // Most answers are complete when the loop comes back, or a moment later. Then its wait for clients begins without a detour, whose end its first client would pay.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _one = new(1);
    private PrivateClient? _client;
    private IEngine? _rehearsing;
    private FastCgiRequest? _request;
    private int _sent;
    private volatile bool _isGivenUp;
    private volatile bool _isDone;

    /// <summary>The application has answered, or was given up: the loop waits for clients now.</summary>
    internal bool IsDone
    {
        get
        {
            if (_isDone || manager.Role != ProcessRole.Worker)
            {
                return true;
            }

            if (Volatile.Read(ref _sent) == Requests && LastAsync().Wait(Moment))
            {
                End();
            }

            return _isDone;
        }
    }

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
            await LastAsync().ConfigureAwait(false);
            if (!_isDone && !_isGivenUp && _sent < Requests && await AskAsync(accept, cancellationToken).ConfigureAwait(false) is { } request)
            {
                return request;
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

        End();
        return null;
    }

    private async Task<FastCgiRequest?> AskAsync(Func<IEngine, CancellationToken, ValueTask<FastCgiRequest?>> accept, CancellationToken cancellationToken)
    {
        Task leaving = manager.LeavingBegun; // throws when Manage was not called
        _client ??= new PrivateClient(log);
        _rehearsing ??= makeEngine(ProcessManager.ForRehearsal(), _client.Listener);
        _client.Connect();
        _client.Send(options.WarmUpPath!, keep: false);
        _sent++;
        _request = await accept(_rehearsing, cancellationToken).ConfigureAwait(false);
        if (_request is null || _client.HasSent(_request))
        {
            _ = WatchAsync(_client.Ended, leaving);
            return _request;
        }

        await _request.CompleteAsync().ConfigureAwait(false); // a stranger's
        return null;
    }

    // One at a time: completed here when the application has not, as before each wait for a client.
    private async Task LastAsync()
    {
        if (_request is not null && options.MaxConcurrentRequests == 1)
        {
            try
            {
                await _request.CompleteAsync().ConfigureAwait(false);
            }
            catch (IOException)
            {
                // it was given up
            }
        }

        await (_client?.Ended ?? Task.CompletedTask).ConfigureAwait(false);
    }

    // An application that hangs (its database is away) must not keep the worker from serving: it would hang for its clients too, and they would be told.
    private async Task WatchAsync(Task ended, Task leaving)
    {
        await Task.WhenAny(ended, leaving, Task.Delay(Limit)).ConfigureAwait(false);
        if (!ended.IsCompleted)
        {
            FastCgiLog.WarmUpGivenUp(log, options.WarmUpPath!, Limit);
            _isGivenUp = true;
            _client!.Dispose(); // for the application its client is gone
        }
    }

    private void End()
    {
        _isDone = true;
        if (!_isGivenUp) // then the engine lives on, to tell the application so
        {
            Dispose();
        }
    }
}
