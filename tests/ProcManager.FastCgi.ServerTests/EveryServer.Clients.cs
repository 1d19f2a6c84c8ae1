using System.Net;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>Clients that are many, or say much, or go away.</summary>
public abstract partial class EveryServer
{
    [Fact]
    public async Task A_long_header_arrives()
    {
        string value = new('v', 6_000);
        (await Http.Parameters("/env", ("X-Long", value))).Should().Contain("HTTP_X_LONG", value);
    }

    [Fact]
    public async Task Many_at_once_get_each_its_own_answer()
    {
        byte[][] bodies = [.. Enumerable.Range(1, 24).Select(static i => RandomBytes(i * 4_000))];
        Reply[] replies = await PostAtOnce("/echo", bodies);
        replies.Zip(bodies).Should().OnlyContain(static p => p.First.Status == HttpStatusCode.OK && p.First.Body.SequenceEqual(p.Second));
    }

    [Fact]
    public async Task Clients_that_go_away_cost_nothing()
    {
        string[] requests =
        [
            "POST /echo HTTP/1.1\nHost: {host}\nContent-Length: 100000\n\nonly this",
            "POST /echo HTTP/1.1\nHost: {host}\nTransfer-Encoding: chunked\n\n4\nonly",
            "GET /sleep?ms=50 HTTP/1.1\nHost: {host}\n\n",
            "GET / HTTP/1.1\nHost: {host}\n\n",
            "GET / HT",
        ];
        foreach (string request in requests.Concat(requests))
        {
            using RawConnection gone = await Http.Open(request);
        }

        (await Http.Post("/echo", [1, 2, 3])).Body.Should().Equal(1, 2, 3);
        (await Http.Get("/")).Body.Should().HaveCount(100);
        // That no worker has ended because of a client is looked at when the site is stopped.
    }
}

/// <summary>All but HAProxy 2.6 also pass on bodies without a length.</summary>
public abstract class EveryServerThatTakesChunks(Site site, ITestOutputHelper output) : EveryServer(site, output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task A_body_in_chunks_comes_back_as_it_was(int length)
    {
        byte[] body = RandomBytes(length);
        Reply reply = await Http.PostChunked("/echo", body);
        reply.Status.Should().Be(HttpStatusCode.OK);
        reply.Body.AsSpan().SequenceEqual(body).Should().BeTrue("{0} bytes were sent and {1} came back", length, reply.Body.Length);
    }
}
