using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ProcManager.Runtime;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Keeping;

/// <summary>Takes snapshots, two at a time. A service waits for its own no longer than the timeout, its time in the queue included.</summary>
internal sealed class SnapshotQueue(ISnapshotTaker taker, TimeSpan timeout, ILogger log, CancellationToken ending) : IDisposable
{
    private const int AtATime = 2;

    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private int _open;
    private bool _isDisposed;
    private readonly Channel<bool> _underWay = Channel.CreateBounded<bool>(AtATime);

    /// <summary>Null: there is none. Never throws.</summary>
    internal Task<string?> TakeAsync(SnapshotRequest request)
    {
        lock (_gate)
        {
            _open++;
        }

        return Task.Run(async () =>
        {
            try
            {
                return await TakeInTimeAsync(request).ConfigureAwait(false);
            }
            finally
            {
                Close(isDisposing: false);
            }
        });
    }

    /// <summary>Snapshots that are under way come to their end first.</summary>
    public void Dispose() => Close(isDisposing: true);

    private void Close(bool isDisposing)
    {
        lock (_gate)
        {
            _open -= isDisposing ? 0 : 1;
            _isDisposed |= isDisposing;
            if (_isDisposed && _open == 0)
            {
                (taker as IDisposable)?.Dispose();
            }
        }
    }

    private async Task<string?> TakeInTimeAsync(SnapshotRequest request)
    {
        // The taker keeps to the time itself and gives what it has until then; it is only not trusted.
        Task<string?> taken = TakeInTurnAsync(request with { Until = Monotonic.Now + timeout });
        Task first = await Task.WhenAny(taken, Task.Delay(timeout + Grace, CancellationToken.None)).ConfigureAwait(false);
        if (first == taken)
        {
            return await taken.ConfigureAwait(false);
        }

        KeeperLog.NoSnapshot(log, request.Service.Name, $"it took longer than {Diagnostics.Words.Time(timeout)}");
        return null;
    }

    private async Task<string?> TakeInTurnAsync(SnapshotRequest request)
    {
        using var patience = new CancellationTokenSource(timeout);
        try
        {
            await _underWay.Writer.WriteAsync(true, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            KeeperLog.NoSnapshot(log, request.Service.Name, $"others were being taken for {Diagnostics.Words.Time(timeout)}");
            return null;
        }

        try
        {
            return await taker.TakeAsync(request, ending).ConfigureAwait(false);
        }
        catch (Exception e) // a snapshot never holds up a restart
        {
            KeeperLog.NoSnapshot(log, request.Service.Name, e.Message);
            return null;
        }
        finally
        {
            _ = _underWay.Reader.TryRead(out _);
        }
    }
}
