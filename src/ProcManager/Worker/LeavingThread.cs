namespace ProcManager.Worker;

/// <summary>
/// A host that awaits is let out on a thread of its own: the pool's threads may all be stuck, and that may be why the worker has to leave. A connection
/// comes on the pool, as hosts expect.
/// </summary>
internal static class LeavingThread
{
    internal static void Run(Action goOn) => new Thread(() => goOn()) { IsBackground = true, Name = "procmanager leaving" }.Start();

    /// <summary>Completes after the task, without the pool.</summary>
    internal static Task After(Task task, CancellationToken cancellationToken)
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
        });
        return source.Task;
    }
}
