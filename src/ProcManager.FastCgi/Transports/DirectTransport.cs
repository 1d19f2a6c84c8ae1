using ProcManager.FastCgi.Protocol;
using ProcManager.Posix;

namespace ProcManager.FastCgi.Transports;

/// <summary>
/// System calls on the caller's thread, all of whose tasks are complete when they are returned: a worker with one request at a
/// time has nothing better to do than to wait for it.
/// </summary>
internal sealed class DirectTransport : Transport
{
    internal int Descriptor { get; set; }

    internal override int TryReceive(Span<byte> into) => Connections.Receive(Descriptor, into);

    internal override ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            int n = Connections.Receive(Descriptor, into.Span);
            if (n != Connections.WouldBlock)
            {
                return ValueTask.FromResult(n);
            }

            if (Connections.WaitFor(Descriptor, Constants.POLLIN, (int)limit.TotalMilliseconds) == 0)
            {
                return ValueTask.FromResult(TimedOut);
            }
        }
    }

    internal override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection)
    {
        while (data.Length > 0)
        {
            int n = Connections.Send(Descriptor, data.Span);
            if (n > 0)
            {
                data = data[n..];
            }
            else if (n == Connections.Lost || !WaitToSend(limit, connection))
            {
                return ValueTask.FromResult(false);
            }
        }

        return ValueTask.FromResult(true);
    }

    // A web server that first wants to send its body would wait for us as we for it: what it sends is taken meanwhile.
    private bool WaitToSend(TimeSpan limit, Connection connection)
    {
        while (true)
        {
            bool feed = !connection.CannotFeed && !connection.IsLost;
            short events = Connections.WaitFor(Descriptor, feed ? (short)(Constants.POLLOUT | Constants.POLLIN) : Constants.POLLOUT, (int)limit.TotalMilliseconds);
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
