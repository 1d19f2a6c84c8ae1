using ProcManager.Posix;

namespace ProcManager.Worker;

/// <content>Ways through the gate that hold the worker, so that it does not end under a thread that is here.</content>
internal sealed partial class AcceptGate
{
    private int _entered;
    private ConnectionInHand? _newest;

    /// <summary>
    /// The host asks for the next connection. Of its flow's connection it has no need any more, see <see cref="ConnectionInHand"/>; where an async method around the accept has lost the flow,
    /// of the connection that this gate gave out last. Otherwise the worker would count as busy until that connection is closed.
    /// </summary>
    internal void NextIsAsked()
    {
        if (!ConnectionInHand.HasFlow)
        {
            Interlocked.Exchange(ref _newest, null)?.End();
        }
    }

    /// <summary>A connection as the host gets it; the hold goes with it. Null: it is of no use.</summary>
    internal AcceptedSocket? GiveOut(int fd)
    {
        AcceptedSocket? connection = AcceptedSocket.TryMake(fd, _dispatcher);
        if (connection is not null)
        {
            Volatile.Write(ref _newest, connection.InHand);
        }

        return connection;
    }

    /// <summary>The next connection, in hand of the caller's flow; null when it is time to leave.</summary>
    internal AcceptedSocket? Wait()
    {
        _dispatcher.Hold();
        try
        {
            while (!_dispatcher.IsLeaving)
            {
                GateNews news = Next(-1, out int fd, cancellable: false);
                if (news == GateNews.Connection && GiveOut(fd) is { } connection)
                {
                    connection.InHand.Enter();
                    return connection;
                }

                if (news == GateNews.Leave)
                {
                    break;
                }
            }
        }
        catch
        {
            _dispatcher.Release();
            throw;
        }

        _dispatcher.Release();
        return null;
    }

    /// <summary>A connection that waits already, in hand; null when there is none, or when it is time to leave.</summary>
    internal AcceptedSocket? TryTake()
    {
        _dispatcher.Hold();
        if (!_dispatcher.IsLeaving && (_handed is not null || !_dispatcher.Board.HasMoreThanItsShare(most: 1)) && TryAccept(out int fd) && GiveOut(fd) is { } connection)
        {
            connection.InHand.Enter();
            return connection;
        }

        _dispatcher.Release();
        return null;
    }

    // With the last connection that the worker may have, the gate waits for no other; a request that ends lets the worker leave.
    private bool TryTakeHanded(out int fd)
    {
        ChannelNews news = _handed!.TryTake(_listener, out fd);
        if (news == ChannelNews.Closed)
        {
            _set.Set(NotListening.NoMore, true);
        }

        return news == ChannelNews.Connection;
    }

    /// <summary>Called by an engine of ours, which holds the worker from its first wait until it has left.</summary>
    internal void Enter()
    {
        if (Interlocked.Exchange(ref _entered, 1) == 0)
        {
            _dispatcher.Hold();
        }
    }

    internal void Exit()
    {
        if (Interlocked.Exchange(ref _entered, 0) == 1)
        {
            _dispatcher.Release();
        }
    }
}
