using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Protocol;

/// <summary>Takes what comes while an answer is written, and sees the end of the other side while nothing is read.</summary>
#pragma warning disable CA1001 // its semaphore has no handle until a caller asks for one
internal partial class Connection
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim _receiving = new(1);
    private CancellationTokenSource? _feeding;

    public virtual int? RequestId => Exchange.Id;

    public void PeerIsGone() => Lose("the web server has closed the connection");

    public void PeerHasAborted() => Exchange.Abort("the web server has aborted the request");

    /// <summary>
    /// While an answer is being sent: takes what comes meanwhile, unless the application reads by itself. False: nothing more can or need be taken.
    /// </summary>
    internal virtual async ValueTask<bool> FeedAsync(Task sending, CancellationToken cancellationToken)
    {
        if (CannotFeed || IsLost || !_receiving.Wait(0, CancellationToken.None))
        {
            return false;
        }

        try
        {
            using var feeding = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _feeding = feeding;
            Memory<byte> room;
            lock (Input)
            {
                room = RoomToRead();
            }

            Task<int> receiving = Transport.ReceiveAsync(room, Timeout.InfiniteTimeSpan, new Interruption(null, feeding.Token)).AsTask();
            if (await Task.WhenAny(sending, receiving).ConfigureAwait(false) != receiving)
            {
                await feeding.CancelAsync().ConfigureAwait(false);
            }

            int received = await receiving.ConfigureAwait(false);
            lock (Input)
            {
                Feed(received);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return false; // all is sent, or the application reads by itself from now on
        }
        finally
        {
            _feeding = null;
            _receiving.Release();
        }
    }

    /// <summary>While an answer waits to be taken, the web server may want to send its body first. True: no more of the body can be taken.</summary>
    internal bool CannotFeed => InputHasEnded || Input.BodyLength + Input.UnparsedLength >= MostWhileWriting;

    /// <summary>The other end has sent its last.</summary>
    internal bool InputHasEnded { get; private set; }

    /// <summary>Takes what has come while an answer was being sent.</summary>
    internal void Feed(int received)
    {
        if (received > 0)
        {
            Input.Received(received);
            _ = Parse(); // an error is told when the application reads on
        }
        else if (received == 0)
        {
            InputHasEnded = true; // the web server may still want the answer; when it is gone, the next send says so
        }
        else if (received == Posix.Connections.Lost)
        {
            Lose("the web server has closed the connection");
        }
    }
}
