using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Notification;

/// <summary>
/// Tells notices to notifiers of one kind, one after the other. A notifier that takes too long is cancelled and no longer waited for; until its call has ended, it and those equal to it are told nothing more.
/// </summary>
internal sealed class NotificationLane
{
    /// <summary>A notifier sees the cancellation first, and has a moment to clean up.</summary>
    private static readonly TimeSpan ToCleanUp = TimeSpan.FromSeconds(2);

    private readonly Channel<(IReadOnlyList<IServiceNotifier> Notifiers, Lazy<Task<ServiceNotice>> Notice)> _waiting =
        Channel.CreateBounded<(IReadOnlyList<IServiceNotifier>, Lazy<Task<ServiceNotice>>)>(new BoundedChannelOptions(NotificationQueue.MaxWaiting) { SingleReader = true });

    private readonly Dictionary<IServiceNotifier, Task> _hanging = [];
    private readonly ILogger _log;
    private readonly TimeSpan _timeout;
    private readonly CancellationToken _ending;
    private readonly Task _work;

    /// <param name="log">Gets a line for each notice that was not told.</param>
    /// <param name="timeout">How long one call may take.</param>
    /// <param name="ending">Ends calls; outlives its source.</param>
    internal NotificationLane(ILogger log, TimeSpan timeout, CancellationToken ending)
    {
        (_log, _timeout, _ending) = (log, timeout, ending);
        _work = Task.Run(RunAsync, CancellationToken.None);
    }

    internal void Add(string service, IReadOnlyList<IServiceNotifier> notifiers, Lazy<Task<ServiceNotice>> notice)
    {
        if (notifiers.Count > 0 && !_waiting.Writer.TryWrite((notifiers, notice)) && !_ending.IsCancellationRequested)
        {
            NotificationLog.QueueFull(_log, service, NotificationQueue.MaxWaiting);
        }
    }

    /// <summary>Takes nothing more, and tells what is left.</summary>
    internal Task EndAsync()
    {
        _ = _waiting.Writer.TryComplete();
        return _work;
    }

    private async Task RunAsync()
    {
        await foreach ((IReadOnlyList<IServiceNotifier> notifiers, Lazy<Task<ServiceNotice>> making) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                ServiceNotice notice = await making.Value.ConfigureAwait(false);
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

        if (_ending.IsCancellationRequested)
        {
            return "the keeper has ended";
        }

        using var cut = CancellationTokenSource.CreateLinkedTokenSource(_ending);
        CancellationToken token = cut.Token;
        Task call = Task.Run(() => notifier.NotifyAsync(notice, token), CancellationToken.None);
        cut.CancelAfter(_timeout);
        try
        {
            await call.WaitAsync(_timeout + ToCleanUp, _ending).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (_ending.IsCancellationRequested && !call.IsCompleted)
            {
                _ = await Task.WhenAny(call, Task.Delay(ToCleanUp, CancellationToken.None)).ConfigureAwait(false); // a command is killed meanwhile, before this process may end
            }

            string late = _ending.IsCancellationRequested ? $"the keeper has ended{(call.IsCompleted && notifier is (CommandNotifier or MailNotifier) ? ", and its command was killed" : "")}" : $"it did not end within {Diagnostics.Words.Time(_timeout)}";
            if (call.IsCompleted)
            {
                return token.IsCancellationRequested ? late : e.Message;
            }

            _hanging[notifier] = call;
            _ = call.ContinueWith(static c => _ = c.Exception, TaskScheduler.Default); // what it throws later is of no interest
            return late;
        }
    }
}
