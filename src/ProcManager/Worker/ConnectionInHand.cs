using System.Net.Sockets;

namespace ProcManager.Worker;

/// <summary>
/// A connection between its accept and its request: the worker is busy with it. This ends when a request begins, or the next connection is asked for,
/// in the flow of calls that took the connection; or when the connection is closed.
/// </summary>
internal sealed class ConnectionInHand(Dispatcher dispatcher)
{
    // A flow, not a thread: a host may await something before the request begins, or hand the connection to a task of its own.
    private static readonly AsyncLocal<ConnectionInHand?> Flow = new();

    private int _over;

    /// <summary>From here on the caller's flow has the connection.</summary>
    internal void Enter() => Flow.Value = this;

    internal void End()
    {
        if (Interlocked.Exchange(ref _over, 1) == 0)
        {
            dispatcher.Release();
        }
    }

    /// <summary>The connection never was handed out; the hold stays with the caller.</summary>
    internal void Forget() => Volatile.Write(ref _over, 1);

    internal static void EndOfFlow() => Flow.Value?.End();

    /// <summary>The caller's flow has no connection any more: the next one enters as the first did.</summary>
    internal static void LeaveFlow() => Flow.Value = null;

    /// <summary>False where an async method around the accept has lost the flow at its end.</summary>
    internal static bool HasFlow => Flow.Value is not null;
}

/// <summary>
/// An accepted connection as the host gets it. A connection that is closed, or lost by the host and collected, is in hand no more and does not count as open.
/// </summary>
internal sealed class AcceptedSocket : Socket
{
    private readonly Dispatcher _dispatcher;
    private int _closed;

    private AcceptedSocket(SafeSocketHandle handle, Dispatcher dispatcher)
        : base(handle)
    {
        _dispatcher = dispatcher;
        InHand = new ConnectionInHand(dispatcher);
        dispatcher.Board.AddConnections(1);
    }

    internal ConnectionInHand InHand { get; }

    /// <summary>
    /// Takes over the caller's hold on the worker. Null when the client has reset the connection meanwhile: such a connection is of no use, and a host that
    /// tried would lose it on the way (<see cref="NetworkStream"/> throws before it owns the socket). Then the caller still has its hold.
    /// </summary>
    internal static AcceptedSocket? TryMake(int descriptor, Dispatcher dispatcher)
    {
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        AcceptedSocket socket;
        try
        {
            socket = new AcceptedSocket(handle, dispatcher);
        }
        catch (SocketException)
        {
            dispatcher.Handed?.WasLost();
            handle.Dispose();
            return null;
        }

        if (!socket.Connected)
        {
            socket.InHand.Forget();
            dispatcher.Handed?.WasLost(); // before it counts as closed without a request
            socket.Dispose();
            return null;
        }

        return socket;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (_dispatcher is not null && Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _dispatcher.Board.AddConnections(-1);
            _dispatcher.Handed?.ConnectionClosed();
            if (disposing)
            {
                InHand.End();
            }
            else
            {
                _ = ThreadPool.UnsafeQueueUserWorkItem(static c => c.End(), InHand, preferLocal: false); // the end of the hold may end the process
            }
        }
    }
}
