using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Notification;

/// <summary>Tells notices to their notifiers without holding the keeper. Commands, mails and the notifiers of a host have a lane each: a mail program that hangs holds mails only.</summary>
internal sealed class NotificationQueue : IDisposable
{
    internal const int MaxWaiting = 1000;

    private readonly CancellationTokenSource _ending = new();
    private readonly NotificationLane _commands;
    private readonly NotificationLane _mails;
    private readonly NotificationLane _hosts;

    /// <param name="log">Gets a line for each notice that was not told.</param>
    /// <param name="timeout">How long one call may take; null: 30 seconds.</param>
    internal NotificationQueue(ILogger log, TimeSpan? timeout = null)
    {
        TimeSpan time = timeout ?? CommandNotifier.DefaultTimeout;
        _commands = new NotificationLane(log, time, _ending.Token);
        _mails = new NotificationLane(log, time, _ending.Token);
        _hosts = new NotificationLane(log, time, _ending.Token);
    }

    /// <summary>Never waits. When too many notices wait already, this one is dropped and said so in the log.</summary>
    /// <param name="service">The service, for the log.</param>
    /// <param name="notifiers">What is told of it.</param>
    /// <param name="make">Makes the notice, once, when its turn comes: it may wait for the snapshot.</param>
    internal void Add(string service, IReadOnlyList<IServiceNotifier> notifiers, Func<Task<ServiceNotice>> make)
    {
        var notice = new Lazy<Task<ServiceNotice>>(make);
        _commands.Add(service, [.. notifiers.Where(static n => n is CommandNotifier)], notice);
        _mails.Add(service, [.. notifiers.Where(static n => n is MailNotifier)], notice);
        _hosts.Add(service, [.. notifiers.Where(static n => n is not (CommandNotifier or MailNotifier))], notice);
    }

    /// <summary>Calls that were cancelled at the end: commands have been killed by then, with their process groups.</summary>
    private static readonly TimeSpan ToBeKilled = TimeSpan.FromSeconds(1);

    /// <summary>Tells what is left, for so long at most. Then calls are cancelled, and a moment later no longer waited for.</summary>
    internal async Task EndAsync(TimeSpan patience)
    {
        var all = Task.WhenAll(_commands.EndAsync(), _mails.EndAsync(), _hosts.EndAsync());
        if (await Task.WhenAny(all, Task.Delay(patience)).ConfigureAwait(false) != all)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
            _ = await Task.WhenAny(all, Task.Delay(ToBeKilled)).ConfigureAwait(false);
        }
    }

    public void Dispose() => _ending.Dispose();
}
