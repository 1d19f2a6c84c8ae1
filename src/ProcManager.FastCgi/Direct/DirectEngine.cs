using System.Collections.Concurrent;

namespace ProcManager.FastCgi.Direct;

/// <summary>
/// Waiting blocks the thread that waits. A thread of the pool is not for that: the wait moves to a thread of its own, and the
/// application's loop goes on there, where its next wait blocks nobody else.
/// </summary>
internal sealed class DirectEngine(DirectLoop loop) : IEngine
{
    private readonly Lock _lock = new();
    private BlockingCollection<(TaskCompletionSource<FastCgiRequest?> Source, CancellationToken Token)>? _waiting;

    public FastCgiRequest? Accept() => loop.Next(CancellationToken.None);

    public ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FastCgiRequest?>(cancellationToken);
        }

        if (!Thread.CurrentThread.IsThreadPoolThread)
        {
            return ValueTask.FromResult(loop.Next(cancellationToken));
        }

        // Continuations run on the thread that sets the result, on purpose.
        var source = new TaskCompletionSource<FastCgiRequest?>();
        Waiting().Add((source, cancellationToken), CancellationToken.None);
        return new ValueTask<FastCgiRequest?>(source.Task);
    }

    public void Dispose()
    {
        _waiting?.CompleteAdding();
        loop.Dispose();
    }

    private BlockingCollection<(TaskCompletionSource<FastCgiRequest?> Source, CancellationToken Token)> Waiting()
    {
        lock (_lock)
        {
            if (_waiting is null)
            {
                _waiting = [];
                new Thread(Run) { Name = "fastcgi", IsBackground = true }.Start(_waiting);
            }

            return _waiting;
        }
    }

    private void Run(object? waiting)
    {
        foreach ((TaskCompletionSource<FastCgiRequest?> source, CancellationToken token) in ((BlockingCollection<(TaskCompletionSource<FastCgiRequest?>, CancellationToken)>)waiting!).GetConsumingEnumerable())
        {
            FastCgiRequest? request;
            try
            {
                request = loop.Next(token);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                source.SetException(e);
                continue;
            }

            source.SetResult(request);
        }
    }
}
