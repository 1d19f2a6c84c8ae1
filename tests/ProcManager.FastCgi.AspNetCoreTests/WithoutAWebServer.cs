using System.Net.Sockets;
using System.Text.Json;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.AspNetCoreTests;

/// <summary>What other clients of the protocol do, and what few web servers send.</summary>
[Trait("Row", "A4.3")]
public class WithoutAWebServer(WebSiteOneWorker site, ITestOutputHelper output) : IClassFixture<WebSiteOneWorker>, IDisposable
{
    private string Socket => site.File("app.sock");

    [Fact]
    public void A_client_that_has_ended_its_side_gets_its_JSON()
    {
        using var server = new RawWebServer(Socket);
        server.Send("""{"item":"bread","count":1}"""u8.ToArray(), ("SCRIPT_NAME", "/json"), ("CONTENT_TYPE", "application/json"), ("CONTENT_LENGTH", "26"));
        server.Socket.Shutdown(SocketShutdown.Send);

        (string text, bool isEnded) = server.Answer();

        text.Should().EndWith("""{"item":"bread","count":2}""");
        isEnded.Should().BeTrue();
    }

    [Theory]
    [InlineData("example.test", "8443", "on", "example.test:8443")]
    [InlineData("example.test", "443", "on", "example.test")]
    [InlineData("example.test", "80", "", "example.test")]
    [InlineData("example.test", "443", "", "example.test:443")]
    [InlineData("2001:db8::1", "8080", "", "[2001:db8::1]:8080")]
    [InlineData("_", "8080", "", "192.0.2.7:8080")]
    public void Without_a_header_Host_it_is_the_servers_name_and_port(string name, string port, string https, string host)
    {
        foreach ((string, string)[] header in new (string, string)[][] { [], [("HTTP_HOST", "")] })
        {
            See("/seen/a", [("SERVER_NAME", name), ("SERVER_PORT", port), ("HTTPS", https), ("SERVER_ADDR", "192.0.2.7"), .. header]).Should().Contain("Host", host);
        }
    }

    [Fact]
    public void A_query_that_is_only_in_REQUEST_URI_is_the_query()
    {
        See("/seen/a", ("REQUEST_URI", "/seen/a?x=1")).Should().Contain("Query", "?x=1");
        See("/seen/a", ("REQUEST_URI", "/seen/a?x=1"), ("QUERY_STRING", "")).Should().Contain("Query", "?x=1", "try_files leaves it out");
        See("/seen/b", ("REQUEST_URI", "/seen/a?x=1"), ("QUERY_STRING", "")).Should().Contain("Query", "", "a rewrite has taken it away");
        See("/seen/a", ("REQUEST_URI", "/seen/a?x=1"), ("QUERY_STRING", "y=2")).Should().Contain("Query", "?y=2");
        See("/seen/a", ("REQUEST_URI", "/seen/a?")).Should().Contain("Query", "");
    }

    [Fact]
    public void A_body_shorter_than_announced_is_400_for_the_application()
    {
        using var server = new RawWebServer(Socket);
        server.Send("""{"item":"bread","count":1"""u8.ToArray(), ("SCRIPT_NAME", "/json"), ("CONTENT_TYPE", "application/json"), ("CONTENT_LENGTH", "26"));
        server.Answer().Text.Should().StartWith("Status: 400 ");
    }

    public void Dispose() => output.WriteLine(site.Log);

    private Dictionary<string, string> See(string path, params (string, string)[] parameters)
    {
        string text = RawWebServer.Ask(Socket, [("SCRIPT_NAME", path), .. parameters]);
        return JsonSerializer.Deserialize<Dictionary<string, string>>(text[text.IndexOf('{', StringComparison.Ordinal)..])!;
    }
}
