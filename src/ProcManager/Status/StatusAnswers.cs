using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace ProcManager.Status;

/// <summary>What the status page answers: a whole HTTP/1.1 response for each request.</summary>
/// <param name="content">What there is to say.</param>
/// <param name="token">What a request must have; null: nothing.</param>
/// <param name="checksHost">A browser may be led to this port by a name of a stranger's (DNS rebinding): only names of this machine and plain addresses are answered.</param>
internal sealed class StatusAnswers(IStatusContent content, string? token, bool checksHost)
{
    private const string Text = "text/plain; charset=utf-8";

    internal static byte[] TooLarge { get; } = Build(431, "Request Header Fields Too Large", Text, "The request's head has more than 8192 bytes.\n"u8);

    internal static byte[] NoRequest { get; } = Build(400, "Bad Request", Text, "This is no HTTP/1.1 request.\n"u8);

    internal static byte[] TooSlow { get; } = Build(408, "Request Timeout", Text, "The request did not come within one second.\n"u8);

    internal byte[] To(RequestHead request)
    {
        byte[] response = Answer(request);
        return request.Method == "HEAD" ? response[..RequestHead.LengthOf(response)] : response;
    }

    private byte[] Answer(RequestHead request)
    {
        if (request.Method is not ("GET" or "HEAD"))
        {
            return Build(405, "Method Not Allowed", Text, "Only GET and HEAD are answered.\n"u8, "Allow: GET, HEAD\r\n");
        }

        if (request.Host is not { } host)
        {
            return Build(400, "Bad Request", Text, "An HTTP/1.1 request has one field Host (RFC 9112 3.2).\n"u8);
        }

        if (checksHost && !IsOwn(host))
        {
            return Build(403, "Forbidden", Text, "The host name of the request is not one of this machine's. Ask for 127.0.0.1 or localhost.\n"u8);
        }

        if (request.Path is "/health" or "/ready")
        {
            return Probe(request.Path == "/ready");
        }

        if (request.Path == "/")
        {
            return Build(200, "OK", StatusPage.ContentType, content.Page, content.PageHeaders); // it has no secret, and a browser sends no token with an address
        }

        if (token is not null && (request.Token is not { } given || !IsSame(given, token)))
        {
            return Build(401, "Unauthorized", Text, "A token is needed: Authorization: Bearer TOKEN, as in the option Status:Token.\n"u8, "WWW-Authenticate: Bearer\r\n");
        }

        return content.Report(request.Path) is { } report
            ? Build(200, "OK", report.Type, report.Body.Span)
            : Build(404, "Not Found", Text, "There are /, /status.json, /status.txt, /metrics, /health and /ready.\n"u8);
    }

    private byte[] Probe(bool ready)
    {
        HealthReport health = content.Judge();
        return (ready ? health.IsReady : health.IsHealthy)
            ? Build(200, "OK", Text, ready ? "ready\n"u8 : "healthy\n"u8)
            : Build(503, "Service Unavailable", Text, Encoding.UTF8.GetBytes(health.Reason + "\n"));
    }

    private static byte[] Build(int code, string reason, string type, ReadOnlySpan<byte> body, string headers = "")
    {
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {code} {reason}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nDate: {DateTime.UtcNow:R}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n{headers}Connection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static bool IsOwn(string host)
    {
        string name = host.EndsWith(']') || host.LastIndexOf(':') is not (>= 0 and var colon) ? host : host[..colon];
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name.Trim('[', ']'), out _);
    }

    private static bool IsSame(string given, string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(token));
}
