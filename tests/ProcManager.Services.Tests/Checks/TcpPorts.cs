using System.Net;
using System.Net.Sockets;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Tests.Checks;

[Trait("Row", "E6")]
public class TcpPorts
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_listening_port_passes_and_a_closed_one_refuses(string host)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // no other test gets the port
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        CheckResult closed = await Check(host, port);
        closed.Passed.Should().BeFalse();
        closed.Detail.Should().MatchRegex($@"^{host}:{port}( \(.*\))? refuses connections$");
        listener.Listen();
        (await Check(host, port)).Passed.Should().BeTrue();
    }

    [Fact]
    public async Task Version_6_of_the_protocol_is_served_too()
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        (await Check("::1", port)).Should().Be(new CheckResult(true, $"[::1]:{port} accepts connections"));
    }

    [Fact]
    public async Task A_queue_that_is_full_fails_at_the_timeout()
    {
        using var full = new FullQueue();
        CheckResult result = await Check("127.0.0.1", full.Port, timeout: TimeSpan.FromMilliseconds(200));
        result.Should().Be(new CheckResult(false, $"127.0.0.1:{full.Port} did not accept a connection within 0.2 s"));
    }

    [Fact]
    public async Task A_cancelled_check_ends_at_once()
    {
        using var full = new FullQueue();
        using var cancelled = new CancellationTokenSource();
        Task<CheckResult> check = Probes.Of(new TcpCheck { Port = full.Port, Timeout = TimeSpan.FromMinutes(5) }).CheckAsync(cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        (await check.WaitAsync(TimeSpan.FromSeconds(30))).Should().Be(new CheckResult(false, $"the check of 127.0.0.1:{full.Port} was cancelled"));
    }

    [Fact]
    public async Task A_stopped_program_passes_since_the_kernel_accepts_for_it()
    {
        using var server = new TestProcess("perl", "-MIO::Socket::INET", "-e", "$|=1; my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1'); print $s->sockport, qq{\\n}; sleep 100");
        int port = int.Parse((await server.Line())!, System.Globalization.CultureInfo.InvariantCulture);
        server.Signal("STOP");
        (await Check("127.0.0.1", port)).Passed.Should().BeTrue();
    }

    [Fact]
    public async Task A_name_without_an_address_fails_in_words() => (await Check("no-such-host.invalid", 1)).Detail.Should().StartWith("the address of no-such-host.invalid cannot be found: ");

    [Fact]
    public async Task A_socket_that_is_connected_to_itself_is_known()
    {
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)free.LocalEndPoint!).Port;
        free.Close();
        using var self = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        self.Bind(new IPEndPoint(IPAddress.Loopback, port));
        await self.ConnectAsync(IPAddress.Loopback, port);
        ProcManager.Posix.TcpSockets.IsConnectedToItself((int)self.Handle).Should().BeTrue();
    }

    private static ValueTask<CheckResult> Check(string host, int port, TimeSpan? timeout = null) =>
        Probes.Of(new TcpCheck { Host = host, Port = port, Timeout = timeout ?? TimeSpan.FromSeconds(5) }).CheckAsync(CancellationToken.None);

    /// <summary>A listener that takes no further connection.</summary>
    private sealed class FullQueue : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _filling = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        internal FullQueue()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            _filling.Connect(IPAddress.Loopback, Port);
        }

        internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public void Dispose()
        {
            _filling.Dispose();
            _listener.Dispose();
        }
    }
}
