using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>A connection to a web server, for what no HTTP client does. Disposing is going away.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    internal RawConnection(int port) => _socket.Connect(IPAddress.Loopback, port);

    internal Task Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    internal async Task Write(byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
        {
            sent += await _socket.SendAsync(bytes.AsMemory(sent));
        }
    }

    /// <summary>All that comes until the web server closes, or until this text has come.</summary>
    internal async Task<string> Read(string until = "\0", int seconds = 30)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var text = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        while (!text.ToString().Contains(until, StringComparison.Ordinal) && await _socket.ReceiveAsync(buffer, limit.Token) is var count and > 0)
        {
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
