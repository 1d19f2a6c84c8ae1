using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Speaks with the control socket, line by line.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _lines;

    private ControlClient(Socket socket)
    {
        _socket = socket;
        _lines = new StreamReader(new NetworkStream(socket, ownsSocket: true), Encoding.UTF8);
    }

    internal JsonElement Greeting { get; private set; }

    internal static async Task<ControlClient> Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        var client = new ControlClient(socket);
        client.Greeting = await client.Read();
        return client;
    }

    internal Task Send(string line) => _socket.SendAsync(Encoding.UTF8.GetBytes(line));

    internal async Task<JsonElement> Read()
    {
        string? line = await _lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return JsonDocument.Parse(line ?? throw new IOException("The manager has closed the connection.")).RootElement;
    }

    internal async Task<bool> IsClosed() => await _lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is null;

    /// <summary>The last line of the answer, and the events before it.</summary>
    internal async Task<(JsonElement Answer, List<string> Events)> Ask(string command)
    {
        await Send(command + "\n");
        var events = new List<string>();
        while (true)
        {
            JsonElement line = await Read();
            if (line.TryGetProperty("ok", out _))
            {
                return (line, events);
            }

            events.Add(line.GetProperty("progress").GetProperty("event").GetString()!);
        }
    }

    public void Dispose() => _lines.Dispose();
}
