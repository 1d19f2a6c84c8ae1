using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcManager.Benchmarks;

/// <summary>One connection, one request, and no second try.</summary>
internal sealed class Connection : IDisposable
{
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: benchmark\r\n\r\n");

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000, NoDelay = true };
    private readonly byte[] _buffer = new byte[1024];

    internal Connection(int port)
    {
        try
        {
            _socket.Connect(IPAddress.Loopback, port);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Null while nobody listens.</summary>
    internal static Connection? TryOpen(int port)
    {
        try
        {
            return new Connection(port);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return null;
        }
    }

    /// <summary>The pid of the process that answered.</summary>
    internal static int Ask(int port)
    {
        using var connection = new Connection(port);
        return connection.Ask();
    }

    /// <summary>When the answer began to come, in ticks of <see cref="Stopwatch"/>.</summary>
    internal long FirstByteAt { get; private set; }

    internal int Ask()
    {
        Send();
        return Receive();
    }

    internal void Send() => _socket.Send(Request);

    internal int Receive()
    {
        int length = 0;
        int read;
        while ((read = _socket.Receive(_buffer.AsSpan(length))) > 0)
        {
            FirstByteAt = length == 0 ? Stopwatch.GetTimestamp() : FirstByteAt;
            length += read;
        }

        // The whole answer or none: it ends with the pid and a line feed, and its length is announced.
        string answer = Encoding.ASCII.GetString(_buffer, 0, length);
        string[] parts = answer.Split("\r\n\r\n");
        return parts is [var head, var body] && head.StartsWith("HTTP/1.1 200 OK", StringComparison.Ordinal) && (head + "\r\n").Contains($"\r\nContent-Length: {body.Length}\r\n", StringComparison.Ordinal)
            ? int.Parse(body, CultureInfo.InvariantCulture)
            : throw new IOException($"Not an answer: \"{answer}\"");
    }

    public void Dispose() => _socket.Dispose();
}
