using System.Net.Sockets;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>Each limit as a client or a web server sees it. There is one worker, and it is the same after all of it.</summary>
[Trait("Row", "A4.3")]
public abstract class NginxLimits(NginxScenarios site, ITestOutputHelper output) : IAsyncLifetime
{
    private int _pid;

    public async Task InitializeAsync() => _pid = (await site.Http.Get("/")).Pid;

    [Fact]
    public async Task Too_many_bytes_of_parameters_are_431() =>
        ((int)(await site.Http.Get("/env", ("X-Long", new string('v', 20_000)))).Status).Should().Be(431);

    [Fact]
    public async Task Too_many_parameters_are_431() =>
        ((int)(await site.Http.Get("/env", [.. Enumerable.Range(0, 100).Select(static i => ($"X-N{i}", "1"))])).Status).Should().Be(431);

    [Fact]
    public async Task A_body_with_too_large_a_length_is_413_and_the_program_does_not_see_it()
    {
        string file = site.File("large");
        Reply reply = await site.Http.Post($"/read?file={file}", new byte[2_000_000]);
        ((int)reply.Status).Should().Be(413);
        File.Exists(file + ".begun").Should().BeFalse();
        (await site.Http.Post("/echo", new byte[1024 * 1024])).Body.Should().HaveCount(1024 * 1024);
    }

    [Fact]
    public async Task A_body_of_unknown_length_that_becomes_too_large_is_413()
    {
        string file = site.File("endless");
        Reply reply = await site.Unbuffered.PostChunked($"/read?file={file}", new byte[2_000_000]);
        ((int)reply.Status).Should().Be(413);
        File.Exists(file + ".failed").Should().BeTrue();
    }

    [Fact]
    public async Task A_body_that_stops_is_given_up()
    {
        string file = site.File("stopped");
        using RawConnection connection = await site.Unbuffered.Open($"POST /read?file={file} HTTP/1.1\nHost: {{host}}\nContent-Length: 1000\n\n12345");
        (await connection.Read("\r\n")).Should().StartWith("HTTP/1.1 408");
        File.Exists(file + ".failed").Should().BeTrue();
    }

    [Fact]
    public async Task A_program_that_answers_before_it_has_the_body_is_freed()
    {
        // nginx sends no more of the body once it has passed the head on.
        string file = site.File("early");
        using RawConnection connection = await site.Unbuffered.Open($"POST /early?file={file} HTTP/1.1\nHost: {{host}}\nContent-Length: 1000\n\n12345");
        await Until.True(() => File.Exists(file + ".failed"), "reading has failed");
        (await connection.Read("first")).Should().Contain("200 OK").And.Contain("first");
    }

    [Fact]
    public async Task A_client_that_takes_nothing_does_not_keep_the_worker()
    {
        string file = site.File("slow");
        using RawConnection connection = await site.Unbuffered.Open($"GET /stream?bytes=1000000000&file={file} HTTP/1.1\nHost: {{host}}\n\n");
        await Until.True(() => File.Exists(file + ".gone"), "writing has ended");
    }

    [Fact]
    public async Task A_kept_connection_without_a_request_is_closed_and_the_next_request_gets_another()
    {
        (await site.Kept.Get("/")).Pid.Should().Be(_pid);
        await site.Relay.Connections[^1].ClosedByProgram.WaitAsync(TimeSpan.FromSeconds(10));
        (await site.Kept.Get("/")).Pid.Should().Be(_pid);
    }

    [Fact]
    public async Task More_silent_connections_than_allowed_only_delay_the_others()
    {
        List<Socket> silent = [];
        for (int i = 0; i < 8; i++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            silent.Add(socket);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(site.File("app.sock")));
        }

        (await site.Http.Get("/")).Pid.Should().Be(_pid);
        silent.ForEach(static s => s.Dispose());
    }

    [Theory]
    [InlineData("")] // nothing
    [InlineData("01")] // a part of a head
    [InlineData("0101000100080000" + "0001000000000000" + "0104000100200000")] // begun, and then no parameters
    public async Task A_connection_that_never_makes_a_request_is_closed(string hex)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(site.File("app.sock")));
        await socket.SendAsync(Convert.FromHexString(hex));
        byte[] buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        int got;
        do
        {
            got = await socket.ReceiveAsync(buffer, limit.Token);
        }
        while (got > 0);
    }

    public async Task DisposeAsync()
    {
        Reply after = await site.Http.Get("/");
        output.WriteLine(site.Log);
        after.Pid.Should().Be(_pid, "the worker goes on");
    }
}

public class NginxLimitsOneAtATime(NginxLimitsOneAtATime.Tight site, ITestOutputHelper output) : NginxLimits(site, output), IClassFixture<NginxLimitsOneAtATime.Tight>
{
    public class Tight : NginxScenarios
    {
        protected override string[] Switches =>
        [
            "--ProcessManager:ProcessCount=1", "--FastCgi:MaxParameterBytes=16384", "--FastCgi:MaxParameters=64", "--FastCgi:MaxBodySize=1048576", "--FastCgi:MaxConnections=4",
            "--FastCgi:HeaderTimeout=00:00:00.700", "--FastCgi:BodyTimeout=00:00:00.700", "--FastCgi:WriteTimeout=00:00:00.700", "--FastCgi:KeepAliveTimeout=00:00:00.700",
        ];
    }
}

public class NginxLimitsManyAtOnce(NginxLimitsManyAtOnce.Tight site, ITestOutputHelper output) : NginxLimits(site, output), IClassFixture<NginxLimitsManyAtOnce.Tight>
{
    public class Tight : NginxLimitsOneAtATime.Tight
    {
        protected override string[] Switches => [.. base.Switches, "--FastCgi:MaxConcurrentRequests=8"];
    }
}
