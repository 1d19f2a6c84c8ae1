using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A plain HTTP/1.1 client: one connection a request, and no second try.</summary>
internal sealed class Client(string address) : IDisposable
{
    private readonly EndPoint _endPoint = address.StartsWith('/') ? new UnixDomainSocketEndPoint(address) : IPEndPoint.Parse(address);

    internal EndPoint EndPoint => _endPoint;

    internal async Task<string> Get(string path, int seconds = 30) => (await GetAnswer(path, seconds)).Body;

    internal async Task<Answer> GetAnswer(string path, int seconds = 30)
    {
        using var connection = await Connect();
        return await connection.Get(path, seconds);
    }

    /// <summary>Asks for what will not be answered, or may not be: ends when the connection does, or an answer has come after all.</summary>
    internal Task Lost(string path) => GetAnswer(path).ContinueWith(static _ => { }, TaskScheduler.Default);

    internal async Task<ClientConnection> Connect()
    {
        bool unix = _endPoint is UnixDomainSocketEndPoint;
        var socket = new Socket(_endPoint.AddressFamily, SocketType.Stream, unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(_endPoint).WaitAsync(TimeSpan.FromSeconds(10));
            return new ClientConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
    }
}

internal sealed record Answer(string Status, int Pid, int Slot, bool Close, string Body);

/// <summary>One connection; several requests after each other when the server keeps it.</summary>
internal sealed class ClientConnection(Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    internal EndPoint? Local => socket.LocalEndPoint;

    internal async Task<Answer> Get(string path, int seconds = 30)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await Send(path, limit.Token);
        return await Receive(limit.Token);
    }

    internal ValueTask Send(string path, CancellationToken cancellationToken = default) =>
        _stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n"), cancellationToken);

    internal async Task<Answer> Receive(CancellationToken cancellationToken = default)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await _stream.ReadAsync(one, cancellationToken) == 0)
            {
                throw new IOException($"The connection ended after {head.Length} bytes of an answer.");
            }

            head.Append((char)one[0]);
        }

        string[] lines = head.ToString().Split("\r\n");
        string Header(string name) => lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";
        byte[] body = new byte[int.Parse(Header("Content-Length"))];
        await _stream.ReadExactlyAsync(body, cancellationToken);
        _ = int.TryParse(Header("X-Slot"), out int slot);
        return new Answer(lines[0].Split(' ', 2)[1], int.Parse(Header("X-Pid")), slot, Header("Connection") == "close", Encoding.UTF8.GetString(body));
    }

    public void Dispose() => _stream.Dispose();
}
