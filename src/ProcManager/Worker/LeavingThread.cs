using Microsoft.Extensions.Logging;

namespace ProcManager.Worker;

/// <summary>
/// A host that awaits is let out on a thread of its own: the pool's threads may all be stuck, and that may be why the worker has to leave. A connection
/// comes on the pool, as hosts expect. Where no thread can be made the pool has to do.
/// </summary>
internal static class LeavingThread
{
    internal static void Run(Action goOn, ILogger log)
    {
        if (!WorkerThread.TryStart("leaving", goOn, log))
        {
            _ = ThreadPool.UnsafeQueueUserWorkItem(static g => g(), goOn, preferLocal: false);
        }
    }

    /// <summary>Completes after the task, without the pool.</summary>
    internal static Task After(Task task, ILogger log, CancellationToken cancellationToken)
    {
        var source = new TaskCompletionSource();
        Run(() =>
        {
            try
            {
                task.Wait(cancellationToken);
                source.SetResult();
            }
            catch (OperationCanceledException)
            {
                source.SetCanceled(cancellationToken);
            }
        }, log);
        return source.Task;
    }
}
