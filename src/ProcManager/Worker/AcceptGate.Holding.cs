namespace ProcManager.Worker;

/// <content>Ways through the gate that hold the worker, so that it does not end under a thread that is here.</content>
internal sealed partial class AcceptGate
{
    private int _entered;

    /// <summary>The next connection, in hand of the caller's flow; null when it is time to leave.</summary>
    internal AcceptedSocket? Wait()
    {
        _dispatcher.Hold();
        try
        {
            while (!_dispatcher.IsLeaving)
            {
                GateNews news = Next(-1, out int fd, cancellable: false);
                if (news == GateNews.Connection && AcceptedSocket.TryMake(fd, _dispatcher) is { } connection)
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
        if (!_dispatcher.IsLeaving && !_dispatcher.Board.HasMoreThanItsShare() && TryAccept(out int fd) && AcceptedSocket.TryMake(fd, _dispatcher) is { } connection)
        {
            connection.InHand.Enter();
            return connection;
        }

        _dispatcher.Release();
        return null;
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
