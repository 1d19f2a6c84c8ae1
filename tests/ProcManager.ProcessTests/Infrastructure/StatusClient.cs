using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>Asks the manager's status page, each time on a new connection.</summary>
internal sealed class StatusClient : IDisposable
{
    private readonly EndPoint _endPoint;
    private readonly HttpClient _client;

    private StatusClient(EndPoint endPoint)
    {
        _endPoint = endPoint;
        _client = new HttpClient(new SocketsHttpHandler { ConnectCallback = async (_, cancellation) => new NetworkStream(await Connect(cancellation), ownsSocket: true) })
        {
            BaseAddress = new Uri("http://127.0.0.1"),
            Timeout = TimeSpan.FromSeconds(20),
        };
    }

    internal EndPoint EndPoint => _endPoint;

    /// <summary>Of the manager that has said in its log where it is.</summary>
    internal static async Task<StatusClient> Of(Managed managed)
    {
        string address = (await managed.Log.Find(@"the status page is at (?:http://)?(\S+?)/?$")).Groups[1].Value;
        return new StatusClient(address.StartsWith("unix:", StringComparison.Ordinal) ? new UnixDomainSocketEndPoint(address[5..]) : IPEndPoint.Parse(address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)));
    }

    internal async Task<JsonElement> Json() => JsonDocument.Parse(await Text("/status.json")).RootElement;

    internal async Task<string> Text(string path)
    {
        (int code, string body) = await Answer(path);
        code.Should().Be(200, body);
        return body;
    }

    internal async Task<(int Code, string Body)> Answer(string path, string? host = null, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage response = await _client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>What comes back for these bytes until the end.</summary>
    internal async Task<string> Raw(string bytes)
    {
        using Socket socket = await Send(bytes);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var answer = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var received)
        {
            answer.Append(Encoding.Latin1.GetString(buffer, 0, received));
        }

        return answer.ToString();
    }

    /// <summary>A connection on which these bytes were sent.</summary>
    internal async Task<Socket> Send(string bytes)
    {
        Socket socket = await Connect(CancellationToken.None);
        await socket.SendAsync(Encoding.Latin1.GetBytes(bytes));
        return socket;
    }

    public void Dispose() => _client.Dispose();

    private async Task<Socket> Connect(CancellationToken cancellation)
    {
        var socket = new Socket(_endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(_endPoint, cancellation);
        return socket;
    }
}
