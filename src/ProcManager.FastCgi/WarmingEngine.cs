using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProcManager.FastCgi.Diagnostics;

namespace ProcManager.FastCgi;

/// <summary>
/// Gives the application's own loop two requests for <see cref="FastCgiOptions.WarmUpPath"/> before the first wait for a client. They come through an engine of the same kind, on a private
/// socket. The worker says that it is ready, or stands by, at that first wait, so it is warm by then.
/// </summary>
internal sealed class WarmingEngine(ProcessManager manager, Socket listener, Func<ProcessManager, Socket, IEngine> makeEngine, FastCgiOptions options, ILogger log) : IDisposable
{
    private const int Requests = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // Most answers are complete when the loop comes back, or a moment later. Then its wait for clients begins without a detour, which its first client would pay for.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _one = new(1);
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PrivateClient? _client;
    private IEngine? _rehearsing;
    private FastCgiRequest? _request;
    private TaskCompletionSource? _back;
    private int _sent;
    private int _hasBegun;
    private volatile bool _isDone;

    /// <summary>The application has answered, or was given up: the loop waits for clients now. A plain process does not warm itself.</summary>
    internal bool IsDone => _isDone || manager.Role != ProcessRole.Worker || !OperatingSystem.IsLinux(); // names without a file are Linux's

    /// <summary>Ends the warm-up when the last answer is complete, or is so within a moment.</summary>
    internal bool TryEnd()
    {
        if (!_one.Wait(0))
        {
            return IsDone;
        }

        try
        {
            if (!_isDone && _sent == Requests)
            {
                Task last = LastAsync();
                if (Task.WhenAny(last).Wait(Moment))
                {
                    last.GetAwaiter().GetResult();
                    End();
                }
            }

            return IsDone;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The next request of the worker's own. Null: wait for clients now.</summary>
    /// <exception cref="OperationCanceledException">The token fired; the request comes with the next call.</exception>
    internal async ValueTask<FastCgiRequest?> NextAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LastAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!_isDone && !_givenUp.Task.IsCompleted && _sent < Requests && !manager.IsLeaving && await AskOrTellAsync().ConfigureAwait(false) is { } request)
            {
                return request;
            }

            End();
            return null;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _isDone = true;
        Free();
        End();
    }

    private void Free()
    {
        Interlocked.Exchange(ref _rehearsing, null)?.Dispose();
        Interlocked.Exchange(ref _client, null)?.Dispose();
    }

    private async Task<FastCgiRequest?> AskOrTellAsync()
    {
        try
        {
            return await AskAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or PosixException or ProcManagerException or ObjectDisposedException or OperationCanceledException)
        {
            FastCgiLog.NotWarmed(log, options.WarmUpPath!, e.Message);
            return null;
        }
    }

    private async Task<FastCgiRequest?> AskAsync()
    {
        if (_hasBegun == 0)
        {
            manager.BeginWarming(listener); // throws when Manage was not called
            _hasBegun = 1;
        }

        if (_isDone || manager.IsLeaving)
        {
            return null; // told while it began
        }

        PrivateClient client = _client ??= new PrivateClient(Requests, log);
        IEngine engine = _rehearsing ??= makeEngine(ProcessManager.ForRehearsal(), client.Listener);
        using var limit = new CancellationTokenSource(Limit);
        Task ended = client.Ended(_sent);
        client.Send(_sent++, options.WarmUpPath!, keep: false);
        FastCgiRequest? request;
        while ((request = await engine.AcceptAsync(limit.Token).ConfigureAwait(false)) is not null && !client.HasSent(request))
        {
            await request.CompleteAsync().ConfigureAwait(false); // another process has found the private socket
        }

        if (request is not null)
        {
            request.GivenUp = _givenUp.Task;
            _request = request;
            _back = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = WatchAsync(client, Task.WhenAll(ended, _back.Task), manager.LeavingBegun);
        }

        return request;
    }

    private async Task LastAsync()
    {
        _back?.TrySetResult();
        if (_request is null || _client is not { } client)
        {
            return;
        }

        if (options.MaxConcurrentRequests == 1 && !_givenUp.Task.IsCompleted)
        {
            try
            {
                await _request.CompleteAsync().ConfigureAwait(false); // when the application has not, as before each wait for a client
            }
            catch (IOException)
            {
                // it is given up at this moment
            }
        }

        await client.Ended(_sent - 1).ConfigureAwait(false);
    }

    // An application that hangs (its database is away) must not keep the worker from serving: it would hang for its clients too, and they would be told.
    // It may also hang behind its answer. The log comes last: a host's logger may hang, too.
    private async Task WatchAsync(PrivateClient client, Task over, Task leaving)
    {
        await Task.WhenAny(over, leaving, Task.Delay(Limit)).ConfigureAwait(false);
        if (!over.IsCompleted)
        {
            _givenUp.TrySetResult();
            client.HangUp(); // for the application its client is gone
            FastCgiLog.WarmUpGivenUp(log, options.WarmUpPath!, Limit);
        }
    }

    // A given up request is told that its client is gone by the engine, which lives on for that until the listener is disposed.
    private void End()
    {
        _isDone = true;
        bool isGivenUp = _givenUp.Task.IsCompleted;
        if (!isGivenUp)
        {
            Free();
        }

        if (Interlocked.Exchange(ref _hasBegun, 0) != 0)
        {
            manager.EndWarming(isGivenUp);
        }
    }
}
