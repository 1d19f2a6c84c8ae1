using System.Net.Sockets;
using System.Text;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>A client that does not do what clients should.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket;

    private RawClient(Socket socket) => _socket = socket;

    internal static async Task<RawClient> Connect(Client client)
    {
        var socket = new Socket(client.EndPoint.AddressFamily, SocketType.Stream, client.EndPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
        await socket.ConnectAsync(client.EndPoint);
        return new RawClient(socket);
    }

    internal Task Send(string text) => _socket.SendAsync(Encoding.ASCII.GetBytes(text));

    internal Task Ask(string path) => Send($"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");

    internal void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Everything up to the end of the connection.</summary>
    internal async Task<string> ReadAll()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (await _socket.ReceiveAsync(buffer, limit.Token) is > 0 and var read)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    /// <summary>Over TCP the other side gets a reset instead of an end.</summary>
    internal void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();
}
