using Microsoft.Extensions.Logging;
using ProcManager.FastCgi.Diagnostics;

namespace ProcManager.FastCgi;

/// <summary>The loop of <see cref="FastCgiListener.ServeAsync"/>: one request after the other, or as many at once as the options allow.</summary>
internal sealed class ServingLoop(FastCgiListener listener, Func<FastCgiRequest, Task> serve, ILogger log)
{
    internal async Task RunAsync(int maxConcurrent)
    {
        if (maxConcurrent == 1)
        {
            while (await listener.AcceptAsync().ConfigureAwait(false) is { } request)
            {
                await ServeOneAsync(request).ConfigureAwait(false);
            }

            return;
        }

        // The listener gives out no more than the allowed number, so this needs no limit of its own.
        int running = 1;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (await listener.AcceptAsync().ConfigureAwait(false) is { } request)
        {
            Interlocked.Increment(ref running);
            _ = Task.Run(async () =>
            {
                await ServeOneAsync(request).ConfigureAwait(false);
                End();
            });
        }

        End();
        await ended.Task.ConfigureAwait(false);

        void End()
        {
            if (Interlocked.Decrement(ref running) == 0)
            {
                ended.SetResult();
            }
        }
    }

    private async Task ServeOneAsync(FastCgiRequest request)
    {
        try
        {
            await using (request.ConfigureAwait(false))
            {
                await serve(request).ConfigureAwait(false);
            }
        }
        catch (FastCgiAbortedException)
        {
            // its client is gone
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            FastCgiLog.ServingFailed(log, e);
        }
    }
}
