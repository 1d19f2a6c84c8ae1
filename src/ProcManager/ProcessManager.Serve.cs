using System.Net.Sockets;
using ProcManager.Diagnostics;

namespace ProcManager;

/// <content>The loop for many connections at once.</content>
public partial class ProcessManager
{
    /// <summary>
    /// Accepts connections and serves many at once, each as one request, until it is time to leave and the last one has ended. An exception of <paramref name="serve"/> closes its connection
    /// and is told in the log; the other connections and the worker go on. Worker process.
    /// </summary>
    /// <param name="listener">A socket of <see cref="Listen"/> or <see cref="ListenInherited"/>.</param>
    /// <param name="serve">Serves one connection; runs on the thread pool. The connection is disposed behind it.</param>
    /// <param name="maxConcurrent">How many connections at most. At the limit the worker accepts no more until one ends; they wait for it, or go to other workers. 1 and more.</param>
    /// <returns>A task that ends when it is time to leave and no connection is being served.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    /// <exception cref="InvalidOperationException"><see cref="Manage()"/> has not been called.</exception>
    public async Task ServeAsync(Socket listener, Func<Socket, Task> serve, int maxConcurrent = 64)
    {
        ArgumentNullException.ThrowIfNull(serve);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrent, 1);
        using var places = new SemaphoreSlim(maxConcurrent);
        while (true)
        {
            await places.WaitAsync().ConfigureAwait(false);
            if (await AcceptAsync(listener).ConfigureAwait(false) is not { } connection)
            {
                break;
            }

            RequestScope request = BeginRequest(); // before the next wait: up to there the worker knows of the connection
            _ = Task.Run(() => ServeOneAsync(connection, request, serve, places));
        }

        for (int taken = 1; taken < maxConcurrent; taken++)
        {
            await places.WaitAsync().ConfigureAwait(false);
        }
    }

    private async Task ServeOneAsync(Socket connection, RequestScope request, Func<Socket, Task> serve, SemaphoreSlim places)
    {
        try
        {
            using (request)
            using (connection)
            {
                await serve(connection).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            WorkerLog.ServingFailed(_log, e);
        }
        finally
        {
            places.Release();
        }
    }
}
