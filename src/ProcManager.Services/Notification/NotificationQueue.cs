using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Notification;

/// <summary>
/// Tells notices to their notifiers, one after the other and without holding the keeper. A notifier that takes too long is cancelled and no longer waited for; until its call has ended, it is told nothing more.
/// </summary>
internal sealed class NotificationQueue : IAsyncDisposable
{
    internal const int MaxWaiting = 1000;

    private readonly Channel<(ServiceNotice Notice, ServiceNotifyOptions Options)> _waiting = Channel.CreateBounded<(ServiceNotice, ServiceNotifyOptions)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly ConditionalWeakTable<IServiceNotifier, Task> _hanging = [];
    private readonly CancellationTokenSource _end = new();
    private readonly IReadOnlyList<IServiceNotifier> _hosts;
    private readonly TimeSpan _timeout;
    private readonly ILogger _log;
    private readonly Task _work;

    /// <param name="hosts">The notifiers of the host, told of each notice.</param>
    /// <param name="log">Gets a line for each notice that was not told.</param>
    /// <param name="timeout">How long one call may take; null: 30 seconds.</param>
    internal NotificationQueue(IReadOnlyList<IServiceNotifier> hosts, ILogger log, TimeSpan? timeout = null)
    {
        (_hosts, _log, _timeout) = (hosts, log, timeout ?? TimeSpan.FromSeconds(30));
        _work = Task.Run(RunAsync);
    }

    /// <summary>Never waits. When too many notices wait already, this one is dropped and said so in the log.</summary>
    /// <param name="notice">What has changed.</param>
    /// <param name="options">The command and the mail address for this service.</param>
    internal void Tell(ServiceNotice notice, ServiceNotifyOptions options)
    {
        if (!_waiting.Writer.TryWrite((notice, options)))
        {
            NotificationLog.QueueFull(_log, notice.Service, notice.Change, MaxWaiting);
        }
    }

    /// <summary>Tells what waits, within the time that one call may take, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _ = _waiting.Writer.TryComplete();
        _end.CancelAfter(_timeout);
        await _work.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach ((ServiceNotice notice, ServiceNotifyOptions options) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            IEnumerable<IServiceNotifier> own = [
                .. options.Command is { } command ? [new CommandNotifier(command)] : Array.Empty<IServiceNotifier>(),
                .. options.Mail is { Length: > 0 } address ? [new MailNotifier(address, Environment.MachineName)] : Array.Empty<IServiceNotifier>()];
            foreach (IServiceNotifier notifier in own.Concat(_hosts))
            {
                if (await TellAsync(notice, notifier).ConfigureAwait(false) is { } problem)
                {
                    NotificationLog.NotTold(_log, notice.Service, notice.Change, notifier.ToString() ?? notifier.GetType().Name, problem);
                }
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

        if (_end.IsCancellationRequested)
        {
            return "the keeper has ended";
        }

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        CancellationToken token = cut.Token;
        Task call = Task.Run(() => notifier.NotifyAsync(notice, token), CancellationToken.None);
        cut.CancelAfter(_timeout);
        try
        {
            // The notifier sees the cancellation first; it has a moment to clean up.
            await call.WaitAsync(_timeout + TimeSpan.FromMilliseconds(500), _end.Token).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (call.IsCompleted)
            {
                return token.IsCancellationRequested ? $"it did not end within {_timeout.TotalSeconds:0.###} s" : e.Message;
            }

            _hanging.AddOrUpdate(notifier, call);
            _ = call.ContinueWith(static c => _ = c.Exception, TaskScheduler.Default); // what it throws later is of no interest
            return _end.IsCancellationRequested ? "the keeper has ended" : $"it did not end within {_timeout.TotalSeconds:0.###} s";
        }
    }
}
