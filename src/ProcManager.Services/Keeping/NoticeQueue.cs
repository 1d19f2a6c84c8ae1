using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Keeping;

/// <summary>Tells notices one after the other, on a thread of the pool. A notifier that fails is logged.</summary>
internal sealed class NoticeQueue : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Channel<(IReadOnlyList<IServiceNotifier> Notifiers, Func<Task<ServiceNotice>> Notice)> _queue =
        Channel.CreateUnbounded<(IReadOnlyList<IServiceNotifier>, Func<Task<ServiceNotice>>)>(new() { SingleReader = true });

    private readonly ILogger _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _endingToken; // outlives its source
    private readonly Task _run;

    internal NoticeQueue(ILogger log)
    {
        _log = log;
        _endingToken = _ending.Token;
        _run = Task.Run(RunAsync);
    }

    /// <param name="notifiers">Who is told.</param>
    /// <param name="notice">Makes the notice when its turn comes: it may wait for the snapshot.</param>
    internal void Add(IReadOnlyList<IServiceNotifier> notifiers, Func<Task<ServiceNotice>> notice)
    {
        if (notifiers.Count > 0)
        {
            _ = _queue.Writer.TryWrite((notifiers, notice));
        }
    }

    /// <summary>Tells what is left, for so long at most.</summary>
    internal async Task EndAsync(TimeSpan patience)
    {
        _ = _queue.Writer.TryComplete();
        if (await Task.WhenAny(_run, Task.Delay(patience)).ConfigureAwait(false) != _run)
        {
            await _ending.CancelAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _ending.Dispose();

    private async Task RunAsync()
    {
        await foreach ((IReadOnlyList<IServiceNotifier> notifiers, Func<Task<ServiceNotice>> make) in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                ServiceNotice notice = await make().ConfigureAwait(false);
                foreach (IServiceNotifier notifier in notifiers)
                {
                    await TellAsync(notifier, notice).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                KeeperLog.StepFailed(_log, e); // later notices are told all the same
            }
        }
    }

    private async Task TellAsync(IServiceNotifier notifier, ServiceNotice notice)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_endingToken);
        limit.CancelAfter(Limit);
        try
        {
            await notifier.NotifyAsync(notice, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            string reason = e is OperationCanceledException ? $"it took longer than {Diagnostics.Words.Time(Limit)}, or the keeper has ended" : e.Message;
            KeeperLog.NotifierFailed(_log, notice.Service, notifier.GetType().Name, reason);
        }
    }
}
