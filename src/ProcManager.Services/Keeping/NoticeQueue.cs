using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ProcManager.Services.Notification;

namespace ProcManager.Services.Keeping;

/// <summary>Collects the facts of notices, which may take a moment, and passes each on to be told, in the order in which they have come.</summary>
internal sealed class NoticeQueue
{
    private readonly Channel<(Func<Task<ServiceNotice>> Collect, ServiceNotifyOptions Options)> _waiting = Channel.CreateUnbounded<(Func<Task<ServiceNotice>>, ServiceNotifyOptions)>(new() { SingleReader = true });
    private readonly NotificationQueue _told;
    private readonly ILogger _log;
    private readonly Task _run;

    internal NoticeQueue(IReadOnlyList<IServiceNotifier> hosts, ILogger log)
    {
        (_told, _log) = (new NotificationQueue(hosts, log), log);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Never waits.</summary>
    /// <param name="collect">Makes the notice when its turn comes.</param>
    /// <param name="options">Who is told beside the host.</param>
    internal void Add(Func<Task<ServiceNotice>> collect, ServiceNotifyOptions options) => _ = _waiting.Writer.TryWrite((collect, options));

    /// <summary>Tells what is left, for so long at most.</summary>
    internal Task EndAsync(TimeSpan patience)
    {
        _ = _waiting.Writer.TryComplete();
        return Task.WhenAny(EndAsync(), Task.Delay(patience));
    }

    private async Task EndAsync()
    {
        await _run.ConfigureAwait(false);
        await _told.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        await foreach ((Func<Task<ServiceNotice>> collect, ServiceNotifyOptions options) in _waiting.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                _told.Tell(await collect().ConfigureAwait(false), options);
            }
            catch (Exception e)
            {
                KeeperLog.StepFailed(_log, e); // later notices are told all the same
            }
        }
    }
}
