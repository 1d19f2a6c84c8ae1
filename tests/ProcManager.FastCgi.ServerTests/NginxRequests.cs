using System.Net;
using System.Text;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>What nginx may send, and what the program sees of it.</summary>
[Trait("Row", "A4.3")]
public abstract class NginxRequests(NginxScenarios site, ITestOutputHelper output) : IDisposable
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(10 * 1024 * 1024)]
    public async Task A_body_in_chunks_comes_back_whether_or_not_nginx_collects_it(int length)
    {
        byte[] body = EveryServer.RandomBytes(length);
        (await site.Http.PostChunked("/echo", body)).Body.AsSpan().SequenceEqual(body).Should().BeTrue();
        (await site.Unbuffered.PostChunked("/echo", body)).Body.AsSpan().SequenceEqual(body).Should().BeTrue();
        (await site.Unbuffered.Post("/echo", body)).Body.AsSpan().SequenceEqual(body).Should().BeTrue();
    }

    [Fact]
    public async Task Bodies_over_HTTP_2_come_back_also_many_at_once_and_without_a_length()
    {
        byte[][] bodies = [.. Enumerable.Range(0, 10).Select(static i => EveryServer.RandomBytes(i * 70_000))];
        Reply[] replies = await Task.WhenAll(bodies.Select((b, i) => i % 2 == 0 ? site.Http2.Post("/echo", b) : site.Http2.PostChunked("/echo", b)));
        replies.Zip(bodies).Should().OnlyContain(static p => p.First.Status == HttpStatusCode.OK && p.First.Body.SequenceEqual(p.Second));
        (await site.Http2.Parameters("/env")).Should().Contain("SERVER_PROTOCOL", "HTTP/2.0");
    }

    [Fact]
    public async Task Chunks_that_arrive_one_by_one_make_one_body()
    {
        using RawConnection connection = await site.Unbuffered.Open("""
            POST /echo HTTP/1.1
            Host: {host}
            Transfer-Encoding: chunked
            Connection: close


            """);
        foreach (char c in "piecemeal")
        {
            await connection.Write($"1\r\n{c}\r\n");
        }

        await connection.Write("0\r\n\r\n");
        (await connection.Read()).Should().Contain("piecemeal");
    }

    [Theory]
    [InlineData("/app.cgi", "/app.cgi", "")]
    [InlineData("/app.cgi/", "/app.cgi", "/")]
    [InlineData("/app.cgi/a/b", "/app.cgi", "/a/b")]
    [InlineData("/app.cgi/a%20b%2Fc", "/app.cgi", "/a b/c")]
    [InlineData("/app.cgi/a%3Fb?c=d", "/app.cgi", "/a?b")]
    [InlineData("/dir/app.cgi/x.cgi/y", "/dir/app.cgi", "/x.cgi/y")]
    [InlineData("/app.cgi//a", "/app.cgi", "/a")] // nginx merges slashes
    [InlineData("/app.cgi/%C3%A4", "/app.cgi", "/ä")]
    public async Task A_path_is_divided_into_script_and_the_rest(string path, string script, string rest)
    {
        Dictionary<string, string> parameters = await site.Split.Parameters(path);
        parameters["SCRIPT_NAME"].Should().Be(script);
        parameters["PATH_INFO"].Should().Be(rest);
        parameters["REQUEST_URI"].Should().Be(path);
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(8_000)]
    [InlineData(60_000)]
    public async Task A_header_of_any_length_that_nginx_takes_arrives(int length)
    {
        string value = new('v', length);
        Dictionary<string, string> parameters = await site.Http.Parameters("/env", ("X-Long", value), ("X-After", "1"));
        parameters["HTTP_X_LONG"].Should().Be(value);
        parameters["HTTP_X_AFTER"].Should().Be("1");
    }

    [Fact]
    public async Task Hundreds_of_headers_arrive()
    {
        Dictionary<string, string> parameters = await site.Http.Parameters("/env", [.. Enumerable.Range(0, 500).Select(static i => ($"X-N{i}", $"{i}"))]);
        parameters.Where(static p => p.Key.StartsWith("HTTP_X_N", StringComparison.Ordinal)).Should().HaveCount(500).And.OnlyContain(static p => p.Key == $"HTTP_X_N{p.Value}");
    }

    [Fact]
    public async Task More_parameters_than_a_record_holds_fail_in_nginx_and_not_in_the_worker()
    {
        (string, string)[] headers = [("X-One", new string('1', 40_000)), ("X-Two", new string('2', 40_000))];
        Reply reply = await site.Http.Get("/env", headers);
        ((int)reply.Status).Should().NotBe(200, "this nginx writes the parameters as one record");
        (await site.Http.Get("/")).Body.Should().HaveCount(100);
    }

    [Fact]
    public async Task A_header_that_came_twice_loses_nothing()
    {
        using RawConnection connection = await site.Http.Open("""
            GET /env HTTP/1.1
            Host: {host}
            Cookie: a=1
            Cookie: b=2
            X-Forwarded-For: 192.0.2.1
            X-Forwarded-For: 192.0.2.2
            X-Own: one
            X-Own: two
            Connection: close


            """);
        string answer = await connection.Read();
        answer.Should().Contain("HTTP_COOKIE=a=1; b=2\n").And.Contain("HTTP_X_FORWARDED_FOR=192.0.2.1, 192.0.2.2\n").And.Contain("HTTP_X_OWN=one, two\n");
    }

    [Fact]
    public async Task The_Proxy_header_is_dropped_and_no_other()
    {
        Dictionary<string, string> parameters = await site.Http.Parameters("/env", ("Proxy", "http://127.0.0.1:1"), ("Proxy-Other", "1"));
        parameters.Should().NotContainKey("HTTP_PROXY").And.Contain("HTTP_PROXY_OTHER", "1");
    }

    [Fact]
    public async Task A_request_that_nginx_refuses_is_none_for_the_program()
    {
        using RawConnection connection = await site.Http.Open("GET / HTTP/1.1\nBad Header\n\n");
        (await connection.Read("\r\n")).Should().StartWith("HTTP/1.1 400");
        (await site.Http.Get("/")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task HTTP_1_0_without_a_host_is_answered()
    {
        using RawConnection connection = await site.Http.Open("POST /echo HTTP/1.0\nContent-Length: 3\n\nabc");
        string answer = await connection.Read();
        answer.Should().StartWith("HTTP/1.1 200").And.EndWith("\r\n\r\nabc");
        Encoding.ASCII.GetByteCount(answer).Should().Be(answer.Length);
    }

    public void Dispose() => output.WriteLine(site.Log);
}

public class NginxRequestsOneAtATime(NginxScenarios site, ITestOutputHelper output) : NginxRequests(site, output), IClassFixture<NginxScenarios>;

public class NginxRequestsManyAtOnce(NginxManyAtOnce site, ITestOutputHelper output) : NginxRequests(site, output), IClassFixture<NginxManyAtOnce>;
