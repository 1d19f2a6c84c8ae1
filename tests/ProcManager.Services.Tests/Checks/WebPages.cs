using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Tests.Checks;

[Trait("Row", "E6")]
public class WebPages
{
    [Theory]
    [InlineData("200 OK", true)]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/", true)]
    [InlineData("404 Not Found", false)]
    [InlineData("503 Busy", false)]
    public async Task The_status_decides_and_a_redirect_is_not_followed(string status, bool passes)
    {
        using var server = new Server($"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        CheckResult result = await Check(server.Url);
        result.Passed.Should().Be(passes);
        result.Detail.Should().Be($"{server.Url} answers {status[..3]}{(passes ? "" : ", expected 200 to 399")}");
        server.Request.Should().StartWith("GET /ping HTTP/1.1\r\n").And.Contain("Connection: close").And.Contain("User-Agent: procman-keep");
    }

    [Fact]
    public async Task An_expected_error_passes()
    {
        using var server = new Server("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
        (await Probes.Of(new HttpCheck { Url = server.Url, MinStatus = 401, MaxStatus = 401 }).CheckAsync(default)).Passed.Should().BeTrue();
    }

    [Fact]
    public async Task The_page_is_not_read_so_that_an_endless_one_ends_no_check()
    {
        using var server = new Server("HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\nbegin");
        (await Check(server.Url)).Passed.Should().BeTrue();
    }

    [Theory]
    [InlineData("", "did not answer within 0.3 s")]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", "did not answer within 0.3 s")]
    public async Task A_server_that_hangs_fails_at_the_timeout(string answer, string detail)
    {
        using var server = new Server(answer, keepsOpen: true);
        (await Check(server.Url, TimeSpan.FromMilliseconds(300)).AsTask().WaitAsync(TimeSpan.FromSeconds(20))).Should().Be(new CheckResult(false, $"{server.Url} {detail}"));
    }

    [Theory]
    [InlineData("", "closed the connection without an answer")]
    [InlineData("SSH-2.0-OpenSSH\r\n", "gave no valid answer: ")]
    public async Task What_is_no_page_fails_in_words(string answer, string detail)
    {
        using var server = new Server(answer);
        CheckResult result = await Check(server.Url);
        result.Passed.Should().BeFalse();
        result.Detail.Should().Contain(detail);
    }

    [Fact]
    public async Task A_closed_port_refuses()
    {
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)bound.LocalEndPoint!).Port}/"));
        (await Check(url)).Should().Be(new CheckResult(false, $"{url} refuses connections"));
    }

    [Fact]
    public async Task Each_check_has_a_connection_of_its_own()
    {
        using var server = new Server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", keepsOpen: true);
        await Check(server.Url);
        await Check(server.Url);
        server.Connections.Should().Be(2);
    }

    private static ValueTask<CheckResult> Check(Uri url, TimeSpan? timeout = null) =>
        Probes.Of(new HttpCheck { Url = url, Timeout = timeout ?? TimeSpan.FromSeconds(5) }).CheckAsync(CancellationToken.None);

    /// <summary>Answers each request with the same bytes, and closes the connection unless it keeps it open.</summary>
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly List<TcpClient> _open = [];

        internal Server(string answer, bool keepsOpen = false)
        {
            _listener.Start();
            Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/ping"));
            _ = ServeAsync(Encoding.ASCII.GetBytes(answer), keepsOpen);
        }

        internal Uri Url { get; }

        internal string Request { get; private set; } = "";

        internal int Connections => _open.Count;

        public void Dispose()
        {
            _listener.Stop();
            _open.ForEach(static c => c.Dispose());
        }

        private async Task ServeAsync(byte[] answer, bool keepsOpen)
        {
            byte[] buffer = new byte[4096];
            while (true)
            {
                TcpClient client;
                try
                {
                    client = await _listener.AcceptTcpClientAsync();
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    return;
                }

                _open.Add(client);
                Request = Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer));
                await client.GetStream().WriteAsync(answer);
                if (!keepsOpen)
                {
                    client.Client.Shutdown(SocketShutdown.Send);
                }
            }
        }
    }
}
