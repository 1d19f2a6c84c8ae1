using ProcManager.FastCgi.Protocol;
using ProcManager.Posix;

namespace ProcManager.FastCgi.Direct;

/// <summary>How requests and connections end, and how the worker leaves.</summary>
internal sealed partial class DirectLoop
{
    // Milliseconds of a request. After a shorter request the worker does not check whether waiting clients are gone: the check would cost more than it saves.
    private const int LongEnoughToGo = 10;

    public ValueTask CompleteAsync(FastCgiRequest request)
    {
        DirectConnection connection = _serving ?? throw new InvalidOperationException("This request is not under way.");
        if (request.IsWatched)
        {
            connection.Protocol.Transport.Unwatch();
        }

        bool isFinished = false;
        bool keep = false;
        try
        {
            keep = Result(connection.Protocol.FinishAsync());
            isFinished = true;
        }
        finally
        {
            _serving = null;
            long now = Environment.TickCount64;
            if (now - _begun >= LongEnoughToGo)
            {
                _lookUntil = now + (long)LookAfterLong.TotalMilliseconds;
            }

            _manager.PostDispatch();
            if (!isFinished)
            {
                connection.Protocol.Exchange.End();
                Close(connection);
            }
        }

        if (keep && !_manager.IsLeaving)
        {
            Keep(connection);
        }
        else
        {
            End(connection);
        }

        return ValueTask.CompletedTask;
    }

    private void Keep(DirectConnection connection)
    {
        connection.Stage = Stage.Idle;
        _table.SetDeadline(connection, _options.KeepAliveTimeout);
        if (connection.Protocol.Input.UnparsedLength > 0)
        {
            connection.IsQueued = true;
            _queue.Enqueue(connection);
            return;
        }

        connection.Protocol.Input.Release();
        connection.Protocol.Exchange.Release();
        Watch(connection);
        _kept = connection;
    }

    private void Refuse(DirectConnection connection)
    {
        connection.Protocol.Exchange.Response.Refuse(connection.Protocol.RefusalStatus);
        _ = Result(connection.Protocol.FinishAsync());
        End(connection);
    }

    // Bytes that were sent and never read would turn the close into a reset, and the web server would drop the answer.
    private void End(DirectConnection connection)
    {
        Connection protocol = connection.Protocol;
        if (protocol.IsLost || !protocol.HasUnreadInput)
        {
            Close(connection);
            return;
        }

        Connections.EndSending(connection.Descriptor);
        protocol.Input.Release();
        connection.Stage = Stage.Draining;
        _table.SetDeadline(connection, ConnectionTable.DrainTime);
        _ = Advance(connection);
    }

    private void Close(DirectConnection connection)
    {
        if (connection.Descriptor >= 0)
        {
            _gate?.CountConnections(-1);
        }

        if (connection.IsWatched)
        {
            _gate?.Unwatch(connection.Descriptor);
            connection.IsWatched = false;
            _table.WatchedCount--;
        }

        _table.Remove(connection);
    }

    /// <summary>
    /// A request that has begun is answered, and a connection that was only just accepted gets a moment to begin one: its client has been
    /// told that somebody listens. Idle ones are closed.
    /// </summary>
    private FastCgiRequest? Leave()
    {
        if (_leaveBy == 0)
        {
            _leaveBy = Environment.TickCount64 + (long)ConnectionTable.DrainTime.TotalMilliseconds;
        }

        foreach (DirectConnection connection in _table.All())
        {
            while (connection.Descriptor >= 0)
            {
                if (Advance(connection) is { } request)
                {
                    return request;
                }

                int wait = (int)Math.Clamp(_leaveBy - Environment.TickCount64, 0, int.MaxValue);
                if (connection.Descriptor >= 0
                    && (connection.Stage == Stage.Idle || Connections.WaitFor(connection.Descriptor, Constants.POLLIN, wait) == 0))
                {
                    Close(connection);
                }
            }
        }

        _manager.LeftRawGate(_gate!);
        return null;
    }
}
