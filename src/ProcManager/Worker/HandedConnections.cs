using ProcManager.Posix;
using ProcManager.Scoreboard;

namespace ProcManager.Worker;

/// <summary>
/// One request a process: the connections that the manager hands to this worker, one at a time. The worker says when it may have another one, and leaves behind the last request that it may have. A connection whose client goes without a request counts as
/// one. A connection that is kept for more requests uses up the same number.
/// </summary>
internal sealed class HandedConnections(int limit, WorkerBoard board, Dispatcher dispatcher)
{
    private readonly Lock _lock = new();
    private int _taken;
    private int _atGate;
    private bool _isBusy;
    private bool _isUnanswered;
    private bool _isOver;

    /// <summary>Says that the worker may be handed another connection.</summary>
    internal required Action SayFree { get; init; }

    /// <summary>The last request has ended.</summary>
    internal required Action Leave { get; init; }

    /// <summary>There is no descriptor for a connection, which stays unread.</summary>
    internal required Action LeaveUnread { get; init; }

    /// <summary>What the host that accepts has sent with the newest connection.</summary>
    internal ReadOnlyMemory<byte> Data { get; private set; }

    /// <summary>No request may begin after those that are under way.</summary>
    internal bool IsLast
    {
        get
        {
            lock (_lock)
            {
                return _taken >= limit || board.Requests + board.ActiveRequests >= limit;
            }
        }
    }

    /// <summary>The next connection, if one was handed over. Closed: none comes any more.</summary>
    internal ChannelNews TryTake(int channel, out int fd)
    {
        fd = -1;
        lock (_lock)
        {
            if (_taken >= limit || _isOver)
            {
                return ChannelNews.Closed;
            }

            ChannelNews news = ConnectionChannel.TryTake(channel, out fd, out byte[] data);
            if (news == ChannelNews.Connection)
            {
                _taken++;
                (_isBusy, _isUnanswered) = (true, true);
                Data = data;
                board.BeginServing();
            }

            if (news != ChannelNews.NoRoom)
            {
                return news;
            }
        }

        LeaveUnread();
        return ChannelNews.Closed;
    }

    /// <summary>The client has reset the connection before the host had it: it counts for nothing.</summary>
    internal void WasLost()
    {
        lock (_lock)
        {
            _taken--;
            _isUnanswered = false;
        }

        Decide();
    }

    /// <summary>A thread begins a wait at a gate, or ends it.</summary>
    internal void AtGate(bool begins)
    {
        lock (_lock)
        {
            _atGate += begins ? 1 : -1;
        }

        if (begins)
        {
            Decide();
        }
    }

    internal void RequestEnded()
    {
        lock (_lock)
        {
            _isUnanswered = false;
        }

        Decide();
    }

    /// <summary>Without an open connection nothing is to be answered.</summary>
    internal void ConnectionClosed()
    {
        if (board.Connections <= 0)
        {
            RequestEnded();
        }
    }

    private void Decide()
    {
        bool leaves;
        lock (_lock)
        {
            if (!_isBusy || _isUnanswered || _isOver || dispatcher.IsServing)
            {
                return;
            }

            leaves = _taken >= limit || board.Requests >= limit;
            if (!leaves && (_atGate == 0 || board.Connections > 0))
            {
                return; // said at the gate, or when the connection is closed: until then another request may come on it, of which the manager would know nothing
            }

            _isOver = leaves;
            _isBusy = false;
            if (!leaves)
            {
                board.StandBy();
            }
        }

        if (leaves)
        {
            _ = Thread.Yield(); // lets a client on this machine, which often waits for the same processor, read its answer first: 0.3 to 1.4 ms earlier
            Leave();
        }
        else
        {
            SayFree();
        }
    }
}
