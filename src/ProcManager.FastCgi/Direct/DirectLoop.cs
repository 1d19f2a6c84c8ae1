using System.Net;
using System.Net.Sockets;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;
using ProcManager.Posix;
using ProcManager.Worker;

namespace ProcManager.FastCgi.Direct;

/// <summary>
/// One request at a time, on the thread that waits for it. At the gate it waits at once for a new connection, for bytes on those it
/// has, and for the word to leave. A connection that has nothing to say yet costs memory; the worker's time only for a moment, while
/// it has no other.
/// </summary>
internal sealed partial class DirectLoop : IRequestHost, IDisposable
{
    private const int ReadsInARow = 16;

    // A client may need a moment between its connect and its first bytes. A worker that took another connection meanwhile would have one
    // wait behind the other, with idle workers beside it.
    private const int PatienceMilliseconds = 2;

    private readonly ProcessManager _manager;
    private readonly Socket _listener;
    private readonly FastCgiOptions _options;
    private readonly Complaints _complaints;
    private readonly ConnectionTable _table;
    private readonly Queue<DirectConnection> _queue = new();
    private readonly HashSet<IPAddress>? _allowed;
    private readonly WaitEnd _waitEnd = new();
    private readonly EndWatch _endWatch;
    private readonly bool _describes;
    private DirectConnection? _serving;
    private DirectConnection? _kept;
    private Guess _guess;
    private AcceptGate? _gate;
    private long _leaveBy;
    private long _begun;
    private long _lookUntil; // until then, check whether clients that may have waited are gone

    internal DirectLoop(ProcessManager manager, Socket listener, FastCgiOptions options, HashSet<IPAddress>? allowed)
    {
        _manager = manager;
        _listener = listener;
        _options = options;
        _allowed = allowed;
        _complaints = new Complaints(manager.FastCgiLogger);
        _endWatch = new EndWatch(manager.FastCgiLogger);
        _table = new ConnectionTable(options, _complaints, _waitEnd, _endWatch);

        // A text costs memory for each request; one at a time is seldom looked at, unless by the watchdog.
        _describes = manager.IsWatched;
    }

    /// <summary>How long after a long request the worker checks whether waiting clients are gone. With kept connections nothing tells that no client waits any more.</summary>
    internal TimeSpan LookAfterLong { get; init; } = TimeSpan.FromSeconds(10);

    public void WatchForAbort(FastCgiRequest request)
    {
        if (_serving is { } connection)
        {
            connection.Protocol.Transport.Watch(connection.Protocol);
        }
    }

    public void Dispose()
    {
        foreach (DirectConnection connection in _table.All())
        {
            Close(connection);
        }

        _gate?.Exit();
        _endWatch.Dispose();
        _waitEnd.Dispose();
    }

    /// <summary>Takes what has come on a connection, up to a request for the application.</summary>
    private FastCgiRequest? Advance(DirectConnection connection, bool isNew = false)
    {
        Connection protocol = connection.Protocol;
        for (int reads = 0; ; reads++)
        {
            if (connection.Stage != Stage.Draining)
            {
                Progress progress = protocol.Parse();
                if (protocol.HasReplies)
                {
                    Finished(protocol.SendRepliesAsync());
                }

                switch (progress)
                {
                    case Progress.RequestReady when Environment.TickCount64 < _lookUntil && Connections.IsLost(connection.Descriptor):
                        Close(connection); // its client has not waited so long
                        return null;
                    case Progress.RequestReady:
                        return Give(connection);
                    case Progress.Refused:
                        Refuse(connection);
                        return null;
                    case Progress.Broken:
                        _complaints.Tell(Complaint.Protocol, $"a connection is closed: {protocol.BrokenReason}");
                        Close(connection);
                        return null;
                    default:
                        break;
                }
            }

            int n = reads < ReadsInARow ? protocol.Transport.TryReceive(protocol.RoomToRead().Span) : Connections.WouldBlock;
            if (n == Connections.WouldBlock && isNew && reads == 0 && _table.WatchedCount == 0
                && Connections.WaitFor(connection.Descriptor, Constants.POLLIN, PatienceMilliseconds) != 0)
            {
                n = protocol.Transport.TryReceive(protocol.RoomToRead().Span);
            }

            if (n > 0)
            {
                protocol.Input.Received(n);
                if (connection.Stage == Stage.Draining)
                {
                    protocol.Input.Skip(n);
                }
            }
            else if (n == Connections.WouldBlock && !protocol.IsLost)
            {
                Park(connection);
                return null;
            }
            else
            {
                Close(connection);
                return null;
            }
        }
    }

    private FastCgiRequest Give(DirectConnection connection)
    {
        connection.Stage = Stage.Serving;
        _begun = Environment.TickCount64;
        _serving = connection;
        _manager.PreDispatch();
        if (_describes)
        {
            FastCgiParameters parameters = connection.Protocol.Exchange.Parameters;
            _manager.Describe(RequestText.Of(parameters), parameters["REMOTE_ADDR"]);
        }

        return new FastCgiRequest(connection.Protocol.Exchange, this);
    }

    private static T Result<T>(ValueTask<T> done) => done.IsCompleted ? done.Result : throw new InvalidOperationException("The direct engine waits for nothing.");

    private static void Finished(ValueTask done)
    {
        if (!done.IsCompletedSuccessfully)
        {
            done.AsTask().GetAwaiter().GetResult();
        }
    }
}
