using System.Net.Sockets;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>Stands between a web server and the program, and notes which records went over which connection.</summary>
internal sealed class Relay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _to;
    private readonly List<RelayedConnection> _connections = [];
    private readonly Task _accepting;

    internal Relay(string at, string to)
    {
        _to = to;
        _listener.Bind(new UnixDomainSocketEndPoint(at));
        File.SetUnixFileMode(at, (UnixFileMode)0b110_110_110);
        _listener.Listen(512);
        _accepting = Task.Run(Accept);
    }

    internal IReadOnlyList<RelayedConnection> Connections
    {
        get
        {
            lock (_connections)
            {
                return [.. _connections];
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (RelayedConnection connection in Connections)
        {
            connection.Dispose();
        }

        _ = _accepting;
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                Socket server = await _listener.AcceptAsync();
                var program = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await program.ConnectAsync(new UnixDomainSocketEndPoint(_to));
                lock (_connections) // it copies from its first moment, and an answer must not come before the list has it
                {
                    _connections.Add(new RelayedConnection(server, program));
                }
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
        catch (ObjectDisposedException)
        {
            // Disposed.
        }
    }
}

/// <summary>One connection through the relay.</summary>
internal sealed class RelayedConnection : IDisposable
{
    private readonly Socket _server;
    private readonly Socket _program;
    private readonly RecordLog _asked;
    private readonly RecordLog _answered;
    private readonly HashSet<int> _open = [];

    internal RelayedConnection(Socket server, Socket program)
    {
        (_server, _program) = (server, program);
        (_asked, _answered) = (new RecordLog(Count), new RecordLog(Count));
        _ = Copy(server, program, _asked);
        ClosedByProgram = Copy(program, server, _answered);
    }

    /// <summary>Ends when the program has closed its side.</summary>
    internal Task ClosedByProgram { get; }

    internal IReadOnlyList<FastCgiRecord> Asked => _asked.Records;

    internal long BodyBytes => _asked.BodyBytes;

    internal IReadOnlyList<FastCgiRecord> Answered => _answered.Records;

    /// <summary>How many requests were in it at the same time.</summary>
    internal int MostAtOnce { get; private set; }

    public void Dispose()
    {
        _server.Dispose();
        _program.Dispose();
    }

    private void Count(FastCgiRecord record)
    {
        lock (_open)
        {
            _ = record.Type switch
            {
                FastCgiRecord.BeginRequest => _open.Add(record.Id),
                FastCgiRecord.EndRequest => _open.Remove(record.Id),
                _ => false,
            };
            MostAtOnce = Math.Max(MostAtOnce, _open.Count);
        }
    }

    private static async Task Copy(Socket from, Socket to, RecordLog log)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var count and > 0)
            {
                log.Add(buffer.AsSpan(0, count));
                for (int sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other side has gone: so must this one.
            to.Close();
            from.Close();
        }
    }
}
