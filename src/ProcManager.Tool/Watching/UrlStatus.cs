using System.Net.Http.Headers;
using System.Text.Json;
using ProcManager.Runtime;

namespace ProcManager.Tool.Watching;

/// <summary>The status by the URL of a status page, which may be another machine's. Redirects are not followed: the token is meant for this place.</summary>
internal sealed class UrlStatus : IStatusSource
{
    private const long MaxBytes = 16 << 20;

    /// <summary>The page makes a report four times a second at most, so a report may be so old (docs/status.md).</summary>
    private static readonly TimeSpan OldestReport = TimeSpan.FromMilliseconds(250);

    private readonly Uri _url;
    private readonly string? _tokenFile;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = TimeSpan.FromSeconds(5),
        MaxResponseContentBufferSize = MaxBytes,
    };

    internal UrlStatus(Uri url, string? tokenFile)
    {
        _url = url;
        _tokenFile = tokenFile;
    }

    public StatusReading Read(CancellationToken stopping)
    {
        try
        {
            TimeSpan before = Monotonic.Now;
            using var request = new HttpRequestMessage(HttpMethod.Get, _url);
            if (_tokenFile is not null)
            {
                request.Headers.Authorization = Token(_tokenFile); // each time: a token may be exchanged
            }

            using HttpResponseMessage response = _client.Send(request, stopping);
            if (!response.IsSuccessStatusCode)
            {
                throw new StatusUnavailableException($"{_url} answers {(int)response.StatusCode} ({response.StatusCode}).");
            }

            using JsonDocument json = JsonDocument.Parse(response.Content.ReadAsStream(stopping));
            return StatusReading.Of(json.RootElement, before - OldestReport, Monotonic.Now);
        }
        catch (OperationCanceledException)
        {
            throw new StatusUnavailableException($"{_url} does not answer within {_client.Timeout.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new StatusUnavailableException($"{_url} cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StatusUnavailableException($"what {_url} answers is no status of ProcManager: {e.Message}");
        }
    }

    public void Dispose() => _client.Dispose();

    private static AuthenticationHeaderValue Token(string file)
    {
        string token = File.ReadAllText(file).Trim();
        return token.Length > 0 && token.All(static c => c is > ' ' and <= '~')
            ? new AuthenticationHeaderValue("Bearer", token)
            : throw new StatusUnavailableException($"--token-file {file} has no token: one word of plain characters.");
    }
}
