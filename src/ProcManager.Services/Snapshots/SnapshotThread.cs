using ProcManager.Runtime;

namespace ProcManager.Services.Snapshots;

/// <summary>What became of a piece of work.</summary>
internal enum SnapshotWork
{
    Done,

    /// <summary>It goes on, and is waited for no longer.</summary>
    Abandoned,

    /// <summary>It was not begun: an earlier one still went on.</summary>
    NotBegun,
}

/// <summary>
/// Runs work that may hang in the kernel, as with a disk that does not answer, on a thread of its own, one piece at a time. Work that takes too long is abandoned, and while it hangs no other begins, so that one thread hangs at most.
/// </summary>
internal sealed class SnapshotThread : IDisposable
{
    private readonly SemaphoreSlim _free = new(1);

    /// <summary>What the work throws comes to the caller, unless it was abandoned.</summary>
    internal async Task<SnapshotWork> RunAsync(Action work, TimeSpan until, CancellationToken cancellationToken)
    {
        TimeSpan left = Left(until);
        try
        {
            if (!await _free.WaitAsync(left, cancellationToken).ConfigureAwait(false))
            {
                return SnapshotWork.NotBegun;
            }
        }
        catch (OperationCanceledException)
        {
            return SnapshotWork.NotBegun;
        }

        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(work, done)) { IsBackground = true, Name = "service snapshot" }.Start();
        try
        {
            await done.Task.WaitAsync(Left(until), cancellationToken).ConfigureAwait(false);
            return SnapshotWork.Done;
        }
        catch (Exception e) when (!done.Task.IsCompleted && e is TimeoutException or OperationCanceledException)
        {
            _ = done.Task.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default); // what it throws later is of no interest
            return SnapshotWork.Abandoned;
        }
    }

    public void Dispose() => _free.Dispose();

    private void Run(Action work, TaskCompletionSource done)
    {
        try
        {
            work();
            Free();
            done.SetResult();
        }
        catch (Exception e)
        {
            Free();
            done.SetException(e);
        }
    }

    private void Free()
    {
        try
        {
            _ = _free.Release();
        }
        catch (ObjectDisposedException)
        {
            // the keeper has ended meanwhile
        }
    }

    private static TimeSpan Left(TimeSpan until) => TimeSpan.FromTicks(Math.Max(0, (until - Monotonic.Now).Ticks));
}
