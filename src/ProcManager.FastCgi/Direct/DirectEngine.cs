using Microsoft.Extensions.Logging;
using ProcManager.Worker;

namespace ProcManager.FastCgi.Direct;

/// <summary>
/// Waiting blocks the thread that waits. A thread of the pool waits only for a moment, in which under load the next request comes. After that the wait
/// moves to a thread of its own. The application's loop goes on there, where its next wait blocks nothing else.
/// </summary>
internal sealed class DirectEngine : IEngine
{
    // A change of threads costs more than most requests.
    private const int PatienceMilliseconds = 1;

    private readonly DirectLoop _loop;
    private readonly WaitingThread<(TaskCompletionSource<FastCgiRequest?> Source, CancellationToken Token)> _thread;

    internal DirectEngine(DirectLoop loop, ILogger log)
    {
        _loop = loop;
        _thread = new("fastcgi", wait => Run(wait.Source, wait.Token), log);
    }

    public FastCgiRequest? Accept() => _loop.Next(CancellationToken.None);

    public ValueTask<FastCgiRequest?> AcceptAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FastCgiRequest?>(cancellationToken);
        }

        if (!Thread.CurrentThread.IsThreadPoolThread)
        {
            return ValueTask.FromResult(_loop.Next(cancellationToken));
        }

        if (_loop.TryNext(PatienceMilliseconds) is { } request)
        {
            return ValueTask.FromResult<FastCgiRequest?>(request);
        }

        // Continuations run on the thread that sets the result, on purpose.
        var source = new TaskCompletionSource<FastCgiRequest?>();
        _thread.Post((source, cancellationToken));
        return new ValueTask<FastCgiRequest?>(source.Task);
    }

    public void Dispose()
    {
        _thread.Stop();
        _loop.Dispose();
    }

    private void Run(TaskCompletionSource<FastCgiRequest?> source, CancellationToken token)
    {
        FastCgiRequest? request;
        try
        {
            request = _loop.Next(token);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            source.SetException(e);
            return;
        }

        source.SetResult(request);
    }
}
