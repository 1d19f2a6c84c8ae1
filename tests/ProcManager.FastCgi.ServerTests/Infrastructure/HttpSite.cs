using System.Net;
using System.Net.Http.Headers;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>What an HTTP client sees of a web server.</summary>
internal sealed class HttpSite(int port, string? host = null, Version? version = null) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, RequestHeaderEncodingSelector = static (_, _) => System.Text.Encoding.UTF8 })
    {
        BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    internal int Port => port;

    internal Task<Reply> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, headers);

    internal Task<Reply> Post(string path, byte[] body) => Send(HttpMethod.Post, path, new ByteArrayContent(body));

    /// <summary>The head and the first bytes of the body at once, the rest later.</summary>
    internal Task<Reply> Post(string path, byte[] body, int first, Task rest) => Send(HttpMethod.Post, path, new PartedContent(body, first, rest));

    /// <summary>Without a length: HTTP/1.1 chunks.</summary>
    internal Task<Reply> PostChunked(string path, byte[] body) => Send(HttpMethod.Post, path, new ByteArrayContent(body), [("Transfer-Encoding", "chunked")]);

    internal async Task<Reply> Send(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body, Version = _client.DefaultRequestVersion, VersionPolicy = _client.DefaultVersionPolicy };
        request.Headers.Host = host;
        foreach ((string name, string value) in headers)
        {
            if (name == "Transfer-Encoding")
            {
                request.Headers.TransferEncodingChunked = true;
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using HttpResponseMessage response = await _client.SendAsync(request);
        return new Reply(response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>The parameters that the program got for this request.</summary>
    internal async Task<Dictionary<string, string>> Parameters(string path, params (string Name, string Value)[] headers)
    {
        Reply reply = await Get(path, headers);
        reply.Status.Should().Be(HttpStatusCode.OK);
        return reply.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => l.Split('=', 2))
            .ToDictionary(static p => p[0], static p => p[1]);
    }

    /// <summary>A request as it is written here, with "{host}" filled in, on a connection that is left to the test.</summary>
    internal async Task<RawConnection> Open(string request)
    {
        var connection = new RawConnection(port);
        await connection.Write(request.ReplaceLineEndings("\r\n").Replace("{host}", host ?? "localhost", StringComparison.Ordinal));
        return connection;
    }

    public void Dispose() => _client.Dispose();

    private sealed class PartedContent(byte[] body, int first, Task rest) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, first));
            await stream.FlushAsync();
            await rest;
            await stream.WriteAsync(body.AsMemory(first));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}

internal sealed record Reply(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, byte[] Body)
{
    internal string Text => System.Text.Encoding.UTF8.GetString(Body);

    internal string? Header(string name) =>
        Headers.TryGetValues(name, out IEnumerable<string>? values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>The process that answered.</summary>
    internal int Pid => int.Parse(Header("X-Pid") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}
