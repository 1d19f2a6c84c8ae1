using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ProcManager.Services.Snapshots;

namespace ProcManager.Services.Keeping;

/// <summary>Takes snapshots, two at a time; one that has waited for longer than the timeout is not taken.</summary>
internal sealed class SnapshotQueue(ISnapshotTaker taker, TimeSpan timeout, ILogger log, CancellationToken ending) : IDisposable
{
    private const int AtATime = 2;

    private readonly Channel<bool> _underWay = Channel.CreateBounded<bool>(AtATime);

    /// <summary>A restart waits for its snapshot so long, its time in the queue included.</summary>
    internal TimeSpan Timeout => timeout;

    /// <summary>The folder; null: there is none. Never throws.</summary>
    internal Task<string?> TakeAsync(SnapshotRequest request) => Task.Run(async () =>
    {
        using var patience = new CancellationTokenSource(timeout);
        try
        {
            await _underWay.Writer.WriteAsync(true, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            KeeperLog.NoSnapshot(log, request.Service.Name, $"others were under way for {Diagnostics.Words.Time(timeout)}");
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
    });

    public void Dispose() => (taker as IDisposable)?.Dispose();
}
