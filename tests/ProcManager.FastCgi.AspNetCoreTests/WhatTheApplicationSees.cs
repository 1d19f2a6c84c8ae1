using System.Net;
using System.Text.Json;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>A request behind nginx is what the same request to Kestrel is.</summary>
[Trait("Row", "A4.3")]
public class WhatTheApplicationSees(WebSite site, ITestOutputHelper output) : IClassFixture<WebSite>, IDisposable
{
    [Theory]
    [InlineData("/seen/a", "/seen/a", "")]
    [InlineData("/seen/a?x=1&y=%20", "/seen/a", "?x=1&y=%20")]
    [InlineData("/seen/a%20b", "/seen/a b", "")]
    [InlineData("/seen/%C3%A4", "/seen/ä", "")]
    [InlineData("/seen/a%2Fb", "/seen/a%2Fb", "")]
    [InlineData("/seen/a%252Fb", "/seen/a%2Fb", "")]
    [InlineData("/seen/%E4", "/seen/%E4", "")]
    [InlineData("/seen/x/../a", "/seen/a", "")]
    [InlineData("/seen//a", "/seen/a", "")]
    public async Task With_nginxs_own_parameters_the_path_is_the_whole_path(string target, string path, string query)
    {
        var seen = await See(site.Http, target);
        seen.Should().Contain("Path", path).And.Contain("PathBase", "").And.Contain("Query", query);
        seen.Should().Contain("RawTarget", target);
    }

    [Theory]
    [InlineData("/shop/seen/a?x=1", "/shop", "/seen/a")]
    [InlineData("/shop/seen/a%2Fb", "/shop", "/seen/a%2Fb")]
    [InlineData("/split/seen/a%20b", "/split", "/seen/a b")]
    [InlineData("/split/seen/a%2Fb", "/split", "/seen/a%2Fb")]
    public async Task A_mount_divides_the_path(string target, string pathBase, string path)
    {
        var seen = await See(site.Mounts, target);
        seen.Should().Contain("PathBase", pathBase).And.Contain("Path", path).And.Contain("RawTarget", target);
    }

    [Fact]
    public async Task The_path_may_come_as_PATH_INFO_or_in_REQUEST_URI_alone()
    {
        (await See(site.Mounts, "/info/seen/a%20b")).Should().Contain("PathBase", "").And.Contain("Path", "/info/seen/a b");
        (await See(site.Mounts, "/uri/seen/a%20b?x=1")).Should().Contain("PathBase", "").And.Contain("Path", "/uri/seen/a b").And.Contain("Query", "?x=1");
        var seen = await See(site.Mounts, "/old/a");
        seen.Should().Contain("Path", "/seen/a", "nginx has rewritten it").And.Contain("RawTarget", "/old/a");
    }

    [Fact]
    public async Task The_client_the_server_and_the_protocol()
    {
        var seen = await See(site.Http, "/seen/a");
        seen.Should().Contain("Method", "GET").And.Contain("Scheme", "http").And.Contain("Protocol", "HTTP/1.1").And.Contain("WebSocket", "False");
        seen["Host"].Should().Be("localhost");
        seen["Remote"].Should().MatchRegex(@"^127\.0\.0\.1:\d{4,5}$");
        seen["Local"].Should().Be($"127.0.0.1:{site.Http.Port}");
        seen["DocumentRoot"].Should().NotBeNullOrEmpty();
        seen["Id"].Should().MatchRegex("^[0-9A-F]+-[0-9A-F]+:[0-9A-F]+$");
        (await See(site.Http, "/seen/a"))["Id"].Should().NotBe(seen["Id"]);
        (await See(site.Mounts, "/seen/a")).Should().Contain("Scheme", "https");
        (await See(site.Mounts, "/shop/seen/a")).Should().Contain("Id", "of-nginx");
    }

    [Fact]
    public async Task Headers_have_their_names_back_and_content_is_told_once()
    {
        using var body = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        Reply reply = await site.Http.Send(HttpMethod.Put, "/seen/a", body, ("Accept-Language", "de"), ("X-My-Header", "ä,b"), ("Cookie", "a=1; b=2"), ("DNT", "1"), ("Proxy", "evil"));
        var seen = JsonSerializer.Deserialize<Dictionary<string, string>>(reply.Text)!;
        seen["Headers"].Split('\n').Should().Contain(["Accept-Language: de", "X-My-Header: ä,b", "DNT: 1", "Content-Type: application/json; charset=utf-8", "Content-Length: 2"])
            .And.NotContain(static h => h.StartsWith("Proxy", StringComparison.OrdinalIgnoreCase)).And.OnlyHaveUniqueItems();
        seen.Should().Contain("Cookies", "a=1;b=2").And.Contain("ContentLength", "2").And.Contain("CanHaveBody", "True").And.Contain("ContentType", "application/json; charset=utf-8");
        (await See(site.Http, "/seen/a")).Should().Contain("ContentLength", "").And.Contain("CanHaveBody", "False");
    }

    [Fact]
    public async Task A_path_that_the_application_does_not_have_is_404() => (await site.Http.Get("/nowhere")).Status.Should().Be(HttpStatusCode.NotFound);

    private static async Task<Dictionary<string, string>> See(HttpSite site, string target)
    {
        // By hand: HttpClient tidies a path up before it sends it.
        using RawConnection connection = await site.Open($"GET {target} HTTP/1.1\nHost: {{host}}\nConnection: close\n\n");
        string answer = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.Latin1.GetBytes(await connection.Read()));
        string json = answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)];
        return JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
    }

    public void Dispose() => output.WriteLine(site.Log);
}
