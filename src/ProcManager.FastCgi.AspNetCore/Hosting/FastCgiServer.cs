using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ProcManager.FastCgi.AspNetCore.Http;

namespace ProcManager.FastCgi.AspNetCore.Hosting;

/// <summary>Takes requests from the listener and runs the application on them. The end of the accept loop stops the host, and the host's stop ends the accept loop.</summary>
internal sealed class FastCgiServer : IServer, IServerAddressesFeature
{
    private static readonly TimeSpan GiveUpLimit = TimeSpan.FromSeconds(1);

    private readonly FastCgiListener _listener;
    private readonly IServiceProvider _services;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _log;
    private readonly ConcurrentDictionary<HttpExchange, byte> _underWay = new();
    private readonly TaskCompletionSource _allOver = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open = 1; // the loop
    private Task _loop = Task.CompletedTask;

    public FastCgiServer(FastCgiListener listener, IServiceProvider services, IHostApplicationLifetime lifetime, ILogger<FastCgiServer> log)
    {
        _services = services;
        _listener = listener;
        _lifetime = lifetime;
        _log = log;
        Features.Set<IServerAddressesFeature>(this);
    }

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>None, and none can be added: the web server has them.</summary>
    ICollection<string> IServerAddressesFeature.Addresses { get; } = Array.AsReadOnly(Array.Empty<string>());

    bool IServerAddressesFeature.PreferHostingUrls { get; set; }

    internal FastCgiOptions Options => _listener.Options;

    internal ILogger Log => _log;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        Task leaving = _listener.Manager.LeavingBegun; // throws when Manage was not called
        var rehearsing = new FastCgiServer(_listener, _services, _lifetime, NullLogger<FastCgiServer>.Instance); // counts for itself, and starts nothing
        _listener.Rehearsed = request => RehearsedApplication.Answer(request, rehearsing);
        _ = _lifetime.ApplicationStarted.Register(static s => ((FastCgiServer)s!).TellOfSignalR(), this); // by then all endpoints are mapped
        _loop = Task.Run(() => RunAsync(application), CancellationToken.None);
        _ = Task.WhenAny(leaving, _loop).ContinueWith(static (_, s) => ((FastCgiServer)s!).StopHost(), this, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!_loop.IsCompleted && !_listener.Manager.IsLeaving)
        {
            _listener.Manager.Leave(); // the application itself has stopped the host: the manager starts another worker
        }

        try
        {
            await _loop.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            ServerLog.GivenUp(_log, _underWay.Count);
            GiveUpAll();

            await _loop.WaitAsync(GiveUpLimit, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Counted apart: a warm-up request that hangs must hold neither the loop nor this worker when it leaves.
    private async Task WarmUpAsync<TContext>(FastCgiRequest request, IHttpApplication<TContext> application, Task givenUp)
        where TContext : notnull
    {
        var warming = new FastCgiServer(_listener, _services, _lifetime, (ILogger<FastCgiServer>)_log);
        ThreadPool.UnsafeQueueUserWorkItem(new RequestRun<TContext>(request, application, warming), preferLocal: true);
        if (await Task.WhenAny(warming._allOver.Task, givenUp).ConfigureAwait(false) == givenUp)
        {
            warming.GiveUpAll();
            await warming._allOver.Task.WaitAsync(GiveUpLimit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void GiveUpAll()
    {
        foreach (HttpExchange exchange in _underWay.Keys)
        {
            exchange.GiveUp();
        }
    }

    public void Dispose()
    {
        // the listener is the caller's
    }

    private void TellOfSignalR() => SignalRWarning.TellIfDue(_services, _listener.Manager, _log);

    // A host that is stopped while it starts fails instead.
    private void StopHost() => _lifetime.ApplicationStarted.Register(static l => ((IHostApplicationLifetime)l!).StopApplication(), _lifetime);

    private async Task RunAsync<TContext>(IHttpApplication<TContext> application)
        where TContext : notnull
    {
        bool oneByOne = Options.MaxConcurrentRequests == 1;
        try
        {
            while (await _listener.AcceptAsync().ConfigureAwait(false) is { } request)
            {
                if (request.GivenUp is { } givenUp)
                {
                    await WarmUpAsync(request, application, givenUp).ConfigureAwait(false);
                    continue;
                }

                Interlocked.Increment(ref _open);
                var run = new RequestRun<TContext>(request, application, this);
                if (oneByOne)
                {
                    await run.RunAsync().ConfigureAwait(false);
                }
                else
                {
                    ThreadPool.UnsafeQueueUserWorkItem(run, preferLocal: true);
                }
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            ServerLog.AcceptFailed(_log, e);
            throw;
        }
        finally
        {
            OneIsOver();
            await _allOver.Task.ConfigureAwait(false); // all are answered; what the application does after that may take a moment
        }
    }

    internal void Begins(HttpExchange exchange) => _underWay.TryAdd(exchange, 0);

    internal void Ended(HttpExchange exchange) => _underWay.TryRemove(exchange, out _);

    internal void OneIsOver()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _allOver.TrySetResult();
        }
    }
}
