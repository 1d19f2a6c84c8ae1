using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using ProcManager.Diagnostics;
using ProcManager.Posix;

namespace ProcManager.Services.Checks;

/// <summary>
/// Asks for a page and looks at the status alone. Each check has a connection of its own: a kept one would go on to pass while the program no longer listens, and would stay with one of several worker processes.
/// </summary>
internal sealed class HttpProbe(HttpCheck check) : IServiceProbe
{
    private const int MaxHeadersKiB = 64;

    private static readonly HttpMessageInvoker Client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxResponseHeadersLength = MaxHeadersKiB,
        MaxResponseDrainSize = 0, // the body is of no interest, and the connection is closed
        ConnectCallback = ConnectAsync,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public async ValueTask<CheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        if (check.Url is not { } url)
        {
            return new(false, "the check has no address");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(check.Timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.ConnectionClose = true;
            _ = request.Headers.TryAddWithoutValidation("User-Agent", "procman-keep");
            _ = request.Headers.TryAddWithoutValidation("Accept", "*/*");
            using HttpResponseMessage response = await Client.SendAsync(request, timeout.Token).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            return status >= check.MinStatus && status <= check.MaxStatus
                ? new(true, string.Create(CultureInfo.InvariantCulture, $"{url} answers {status}"))
                : new(false, string.Create(CultureInfo.InvariantCulture, $"{url} answers {status}, expected {Expected()}"));
        }
        catch (OperationCanceledException)
        {
            return new(false, cancellationToken.IsCancellationRequested ? $"the check of {url} was cancelled" : $"{url} did not answer within {Words.Time(check.Timeout)}");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new(false, $"{url} {ReasonOf(e)}");
        }
    }

    /// <summary>A port of this machine answers at once, and takes no wait by the runtime's event thread and thread pool. To another machine that would be a second attempt at each check.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = IPAddress.TryParse(context.DnsEndPoint.Host, out IPAddress? address) && IPAddress.IsLoopback(address) && TcpSockets.TryConnectAtOnce(address, context.DnsEndPoint.Port) is { } connected
            ? connected
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (!socket.Connected)
            {
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            }

            socket.NoDelay = true;
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private string Expected() => check.MinStatus == check.MaxStatus
        ? check.MinStatus.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{check.MinStatus} to {check.MaxStatus}");

    private static string ReasonOf(Exception e) => e.InnerException switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "refuses connections",
        SocketException socket => $"cannot be reached: {socket.Message}",
        AuthenticationException tls => $"has no valid certificate, or speaks no TLS: {tls.Message}",
        _ when e is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "closed the connection without an answer",
        _ => $"gave no valid answer: {e.Message}",
    };
}
