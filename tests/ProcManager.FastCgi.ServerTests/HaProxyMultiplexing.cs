using System.Net;
using System.Security.Cryptography;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>The one web server that sends several requests at once over a connection.</summary>
[Trait("Row", "A4.3")]
public class HaProxyMultiplexing(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly HaProxyMultiplexSite _site = new();

    public Task InitializeAsync() => _site.InitializeAsync();

    [Fact]
    public async Task It_asks_for_the_values_first_and_then_uses_few_connections_for_many_requests()
    {
        const int Requests = 16;
        Reply[] replies = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => _site.Http.Get($"/meet?count={Requests}&file={_site.File("meeting")}")));
        replies.Should().OnlyContain(static r => r.Text == "met\n");
        replies = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => _site.Http.Get($"/meet?count={Requests}&file={_site.File("again")}")));
        replies.Should().OnlyContain(static r => r.Text == "met\n");

        IReadOnlyList<RelayedConnection> connections = _site.Relay.Connections;
        connections.Should().HaveCountLessThan(2 * Requests);
        connections.Should().OnlyContain(static c => c.Asked[0].Type == FastCgiRecord.GetValues && c.Answered[0].Type == FastCgiRecord.GetValuesResult);
        connections.Should().Contain(static c => c.MostAtOnce > 1, "at least one connection carries several at once");
    }

    // The answers are short: with long ones HAProxy before 2.6.14 ends itself now and then ("c_empty(ic)" in its log), see
    // https://github.com/haproxy/haproxy/issues/2150. Long answers on a shared connection are checked without a web server (SharedConnection).
    [Fact]
    public async Task Bodies_that_share_a_connection_do_not_mix()
    {
        for (int round = 0; round < 5; round++)
        {
            byte[][] bodies = [.. Enumerable.Range(1, 12).Select(static i => EveryServer.RandomBytes(i * 50_000))];
            Reply[] replies = await _site.Post("/digest", bodies);
            for (int i = 0; i < bodies.Length; i++)
            {
                replies[i].Status.Should().Be(HttpStatusCode.OK, "the answer was\n{0}{1}", replies[i].Headers, replies[i].Text);
                replies[i].Text.Should().Be(Convert.ToHexString(SHA256.HashData(bodies[i])), "body {0} of round {1} arrives as it was", i, round);
            }
        }

        _site.Relay.Connections.Should().Contain(static c => c.MostAtOnce > 1, "at least one connection carries several at once");
    }

    [Fact]
    public async Task A_slow_request_does_not_hold_up_the_others_on_its_connection()
    {
        string file = _site.File("slow");
        Task<Reply> slow = _site.Http.Get($"/hold?file={file}");
        await Until.True(() => File.Exists(file + ".begun"), "the slow request has begun");
        for (int i = 0; i < 20; i++)
        {
            (await _site.Http.Get("/")).Body.Should().HaveCount(100);
        }

        slow.IsCompleted.Should().BeFalse();
        await File.WriteAllTextAsync(file, "");
        (await slow).Text.Should().Be("held\n");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_its_own_request_only()
    {
        string stays = _site.File("stays");
        string goes = _site.File("goes");
        Task<Reply> staying = _site.Http.Get($"/hold?file={stays}");
        await Until.True(() => File.Exists(stays + ".begun"), "one request has begun");
        using (RawConnection client = await _site.Http.Open($"GET /stream?bytes=1000000000&file={goes} HTTP/1.1\nHost: {{host}}\n\n"))
        {
            await client.Read("\r\n\r\n");
        }

        // HAProxy says so (ABORT_REQUEST) only when it has something for that client.
        await Until.True(() => File.Exists(goes + ".gone"), "the other is told");
        await File.WriteAllTextAsync(stays, "");
        (await staying).Text.Should().Be("held\n");
    }

    [Fact]
    [Trait("Row", "A4.2")]
    public async Task Reloads_under_load_lose_next_to_no_request()
    {
        var load = new HttpLoad("multiplexed connections", _site.Http);
        for (int generation = 2; generation < 5; generation++)
        {
            _site.App.Signal(Native.Hup);
            await _site.App.Log.Find($"reload to generation {generation} succeeded");
        }

        // HAProxy 2.6 asks again for nearly all requests that were on their way on a connection as it ended, not for every one.
        await load.End(lost: 3);
        load.Answered.Should().BeGreaterThan(100);
    }

    public async Task DisposeAsync()
    {
        output.WriteLine(_site.Log);
        await _site.DisposeAsync();
    }
}
