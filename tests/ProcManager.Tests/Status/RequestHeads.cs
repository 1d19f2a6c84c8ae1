using System.Text;
using ProcManager.Status;

namespace ProcManager.Tests.Status;

public class RequestHeads
{
    [Theory]
    [InlineData("GET /status.json?x=1 HTTP/1.1\r\nHost: localhost:9090\r\nAuthorization: bearer abc\r\n", "/status.json", "localhost:9090", "abc")]
    [InlineData("GET http://10.0.0.1:9/ready HTTP/1.1\r\nHost: other\r\n", "/ready", "10.0.0.1:9", null)]
    [InlineData("GET http://10.0.0.1 HTTP/1.1\r\n", "/", "10.0.0.1", null)]
    [InlineData("GET / HTTP/1.0\r\n", "/", "localhost", null)]
    [InlineData("GET / HTTP/1.1\r\nHOST:a\r\nAuthorization: Basic YTpi\r\n", "/", "a", null)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n", "/", null, null)]
    [InlineData("GET / HTTP/1.1\r\nX-Host: a\r\n", "/", null, null)]
    public void A_head_is_read(string head, string path, string? host, string? token)
    {
        RequestHead request = RequestHead.Read(Encoding.Latin1.GetBytes(head + "\r\n"))!;
        (request.Path, request.Host, request.Token).Should().Be((path, host, token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /")]
    [InlineData("GET / HTTP/2.0")]
    [InlineData("get / HTTP/1.1")]
    [InlineData("GET * HTTP/1.1")]
    [InlineData("GET status HTTP/1.1")]
    [InlineData("GET  / HTTP/1.1")]
    [InlineData("GET / HTTP/1.1 x")]
    [InlineData("\u0016\u0003\u0001")]
    public void What_is_no_request_is_told_apart(string head) => RequestHead.Read(Encoding.Latin1.GetBytes(head + "\r\n\r\n")).Should().BeNull();
}
