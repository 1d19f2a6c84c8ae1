using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Notification;

/// <summary>
/// Tells notices to their notifiers, one after the other and without holding the keeper. A notifier that takes too long is cancelled and no longer waited for; until its call has ended, it is told nothing more.
/// </summary>
internal sealed class NotificationQueue : IDisposable
{
    internal const int MaxWaiting = 1000;

    /// <summary>A notifier sees the cancellation first, and has a moment to clean up.</summary>
    private static readonly TimeSpan ToCleanUp = TimeSpan.FromMilliseconds(500);

    private readonly Channel<(IReadOnlyList<IServiceNotifier> Notifiers, Func<Task<ServiceNotice>> Make)> _waiting =
        Channel.CreateBounded<(IReadOnlyList<IServiceNotifier>, Func<Task<ServiceNotice>>)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private readonly ConditionalWeakTable<IServiceNotifier, Task> _hanging = [];
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _endingToken; // outlives its source
    private readonly TimeSpan _timeout;
    private readonly ILogger _log;
    private readonly Task _work;

    /// <param name="log">Gets a line for each notice that was not told.</param>
    /// <param name="timeout">How long one call may take; null: 30 seconds.</param>
    internal NotificationQueue(ILogger log, TimeSpan? timeout = null)
    {
        (_log, _timeout, _endingToken) = (log, timeout ?? TimeSpan.FromSeconds(30), _ending.Token);
        _work = Task.Run(RunAsync);
    }

    /// <summary>Never waits. When too many notices wait already, this one is dropped and said so in the log.</summary>
    /// <param name="service">The service, for the log.</param>
    /// <param name="notifiers">What is told of it.</param>
    /// <param name="make">Makes the notice when its turn comes: it may wait for the snapshot.</param>
    internal void Add(string service, IReadOnlyList<IServiceNotifier> notifiers, Func<Task<ServiceNotice>> make)
    {
        if (notifiers.Count > 0 && !_waiting.Writer.TryWrite((notifiers, make)) && !_ending.IsCancellationRequested)
        {
            NotificationLog.QueueFull(_log, service, MaxWaiting);
        }
    }

    /// <summary>Tells what is left, for so long at most. Then calls are cancelled and no longer waited for.</summary>
    internal async Task EndAsync(TimeSpan patience)
    {
        _ = _waiting.Writer.TryComplete();
        if (await Task.WhenAny(_work, Task.Delay(patience)).ConfigureAwait(false) != _work)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _ending.Dispose();

    private async Task RunAsync()
    {
        await foreach ((IReadOnlyList<IServiceNotifier> notifiers, Func<Task<ServiceNotice>> make) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                ServiceNotice notice = await make().ConfigureAwait(false);
                foreach (IServiceNotifier notifier in notifiers)
                {
                    if (await TellAsync(notice, notifier).ConfigureAwait(false) is { } problem)
                    {
                        NotificationLog.NotTold(_log, notice.Service, notice.Change, notifier.ToString() ?? notifier.GetType().Name, problem);
                    }
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                NotificationLog.Failed(_log, e); // later notices are told all the same
            }
        }
    }

    /// <summary>Null: it was told.</summary>
    private async Task<string?> TellAsync(ServiceNotice notice, IServiceNotifier notifier)
    {
        if (_hanging.TryGetValue(notifier, out Task? earlier))
        {
            if (!earlier.IsCompleted)
            {
                return "it still hangs in an earlier call";
            }

            _ = _hanging.Remove(notifier);
        }

        if (_endingToken.IsCancellationRequested)
        {
            return "the keeper has ended";
        }

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_endingToken);
        CancellationToken token = cut.Token;
        Task call = Task.Run(() => notifier.NotifyAsync(notice, token), CancellationToken.None);
        cut.CancelAfter(_timeout);
        try
        {
            await call.WaitAsync(_timeout + ToCleanUp, _endingToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            string late = _endingToken.IsCancellationRequested ? "the keeper has ended" : $"it did not end within {Diagnostics.Words.Time(_timeout)}";
            if (call.IsCompleted)
            {
                return token.IsCancellationRequested ? late : e.Message;
            }

            _hanging.AddOrUpdate(notifier, call);
            _ = call.ContinueWith(static c => _ = c.Exception, TaskScheduler.Default); // what it throws later is of no interest
            return late;
        }
    }
}
