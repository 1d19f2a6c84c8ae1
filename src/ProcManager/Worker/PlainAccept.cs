using System.Net.Sockets;

namespace ProcManager.Worker;

/// <summary>The wait for a connection in a plain process on a system that the manager does not run on, where programs are developed. The runtime's own accept does for one process.</summary>
internal sealed class PlainAccept(Departure departure)
{
    /// <summary>The next connection; null when the process is to leave and no request is under way.</summary>
    internal async Task<Socket?> NextAsync(Socket listener, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var waiting = new CancellationTokenSource();
        _ = departure.Begun.WaitAsync(waiting.Token).ContinueWith(begun => EndWait(begun, ending), TaskScheduler.Default);
        try
        {
            while (!departure.HasBegun)
            {
                try
                {
                    return await listener.AcceptAsync(ending.Token).ConfigureAwait(false);
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
                {
                    // the client is gone already
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    break;
                }
            }
        }
        finally
        {
            await waiting.CancelAsync().ConfigureAwait(false);
        }

        departure.Complete();
        await departure.Drained.WaitAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    private static void EndWait(Task begun, CancellationTokenSource ending)
    {
        try
        {
            if (begun.IsCompletedSuccessfully)
            {
                ending.Cancel();
            }
        }
        catch (ObjectDisposedException)
        {
            // a connection came at the same moment
        }
    }
}
