using ProcManager.FastCgi.Protocol;
using ProcManager.Posix;

namespace ProcManager.FastCgi.Transports;

/// <summary>Ends a wait of the one thread that serves: a pipe, made when the first wait needs it.</summary>
internal sealed class WaitEnd : IDisposable
{
    private (int Read, int Write) _pipe = (-1, -1);

    /// <summary>Waits for any of these poll(2) events, and throws when the wait is interrupted; 0: not in time.</summary>
    internal short WaitFor(int descriptor, short events, int milliseconds, Interruption interruption)
    {
        if (_pipe.Read < 0)
        {
            _pipe = Descriptors.Pipe();
        }

        Descriptors.Drain(_pipe.Read);
        CancellationToken token = interruption.Token(out CancellationTokenSource? linked);
        using (linked)
        using (token.UnsafeRegister(static w => Descriptors.Wake(((WaitEnd)w!)._pipe.Write), this))
        {
            short found = Connections.WaitFor(descriptor, events, milliseconds, _pipe.Read);
            if (found == Connections.Woken)
            {
                interruption.ThrowIfInterrupted();
                throw new OperationCanceledException(token);
            }

            return found;
        }
    }

    public void Dispose()
    {
        Descriptors.Close(_pipe.Read);
        Descriptors.Close(_pipe.Write);
        _pipe = (-1, -1);
    }
}

/// <summary>
/// System calls on the caller's thread, all of whose tasks are complete when they are returned: a worker with one request at a
/// time has nothing better to do than to wait for it.
/// </summary>
internal sealed class DirectTransport(WaitEnd waitEnd, EndWatch endWatch) : Transport
{
    private ReadOnlyMemory<byte> _behind;

    internal int Descriptor { get; set; }

    internal override bool IsBehind => _behind.Length > 0;

    internal void Reset() => _behind = default;

    internal override int TryReceive(Span<byte> into) => Connections.Receive(Descriptor, into);

    internal override ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, Interruption interruption)
    {
        while (true)
        {
            int n = Connections.Receive(Descriptor, into.Span);
            if (n != Connections.WouldBlock)
            {
                return ValueTask.FromResult(n);
            }

            if (waitEnd.WaitFor(Descriptor, Constants.POLLIN, (int)limit.TotalMilliseconds, interruption) == 0)
            {
                return ValueTask.FromResult(TimedOut);
            }
        }
    }

    internal override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection, Interruption interruption)
    {
        if (IsBehind)
        {
            data = (byte[])[.. _behind.Span, .. data.Span];
            _behind = default;
        }

        while (data.Length > 0)
        {
            int n = Connections.Send(Descriptor, data.Span);
            if (n > 0)
            {
                data = data[n..];
                continue;
            }

            try
            {
                if (n == Connections.Lost || !WaitToSend(limit, connection, interruption))
                {
                    return ValueTask.FromResult(false);
                }
            }
            catch (OperationCanceledException)
            {
                _behind = data;
                throw;
            }
        }

        return ValueTask.FromResult(true);
    }

    internal override void Watch(IWatched connection) => endWatch.Watch(Descriptor, connection);

    internal override void Unwatch() => endWatch.Unwatch(Descriptor);

    // A web server that first wants to send its body would wait for us as we for it: what it sends is taken meanwhile.
    private bool WaitToSend(TimeSpan limit, Connection connection, Interruption interruption)
    {
        while (true)
        {
            bool feed = !connection.CannotFeed && !connection.IsLost;
            short events = waitEnd.WaitFor(Descriptor, feed ? (short)(Constants.POLLOUT | Constants.POLLIN) : Constants.POLLOUT, (int)limit.TotalMilliseconds, interruption);
            if (events == 0)
            {
                connection.Complaints.Tell(Diagnostics.Complaint.Write, $"nothing of an answer was taken for {limit}");
                return false;
            }

            if ((events & Constants.POLLIN) != 0)
            {
                int n = Connections.Receive(Descriptor, connection.RoomToRead().Span);
                if (n != Connections.WouldBlock)
                {
                    connection.Feed(n);
                }
            }

            if ((events & ~Constants.POLLIN) != 0)
            {
                return true;
            }
        }
    }
}
