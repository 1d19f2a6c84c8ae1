namespace ProcManager.Runtime;

/// <summary>
/// Between the host's threads, which give the manager connections, and the manager's loop, which ends or becomes another program: a connection that was taken is in the inbox before the loop looks into it for the last time.
/// </summary>
internal sealed class DispatchGate
{
    private readonly Lock _lock = new();
    private int _waiting;
    private bool _isClosed;

    /// <summary>Managing has ended, or the manager becomes another program.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Posts a connection, unless as many wait already or the gate is closed. What <paramref name="post"/> throws comes out, and nothing is counted.</summary>
    internal bool TryPost(int most, Action post)
    {
        lock (_lock)
        {
            if (_isClosed || _waiting >= most)
            {
                return false;
            }

            post();
            _waiting++;
            return true;
        }
    }

    /// <summary>A connection waits no longer.</summary>
    internal void Left()
    {
        lock (_lock)
        {
            _waiting--;
        }
    }

    /// <summary>From here on nothing is posted, and nothing is being posted.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <summary>As <see cref="Close"/>, unless something is in the inbox.</summary>
    internal bool TryClose(Inbox inbox)
    {
        lock (_lock)
        {
            return _isClosed = inbox.IsEmpty;
        }
    }

    internal void Open()
    {
        lock (_lock)
        {
            _isClosed = false;
        }
    }
}
