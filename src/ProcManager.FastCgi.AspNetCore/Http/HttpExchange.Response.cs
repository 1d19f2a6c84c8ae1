using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>The answer: status, headers, and when they go out.</summary>
internal sealed partial class HttpExchange : IHttpResponseFeature, IHttpResponseBodyFeature
{
    private const string AccelBuffering = "X-Accel-Buffering";

    private readonly ResponseWriter _writer;
    private readonly ResponseStream _responseStream;
    private HeaderDictionary _responseHeaders = [];
    private IHeaderDictionary? _replacedHeaders;
    private Stream? _replacedBody;
    private Stack<(Func<object, Task> Callback, object State)>? _onStarting;
    private Stack<(Func<object, Task> Callback, object State)>? _onCompleted;
    private Exception? _startError;
    private bool _isUnbuffered;

    public int StatusCode
    {
        get;
        set
        {
            ThrowIfStarted(nameof(StatusCode));
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 100);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 999);
            field = value;
        }
    } = StatusCodes.Status200OK;

    public string? ReasonPhrase
    {
        get;
        set
        {
            ThrowIfStarted(nameof(ReasonPhrase));
            field = value;
        }
    }

    public bool HasStarted { get; private set; }

    IHeaderDictionary IHttpResponseFeature.Headers
    {
        get => _replacedHeaders ?? _responseHeaders;
        set => _replacedHeaders = value;
    }

    Stream IHttpResponseFeature.Body
    {
        get => _replacedBody ?? _responseStream;
        set => _replacedBody = value;
    }

    Stream IHttpResponseBodyFeature.Stream => _responseStream;

    PipeWriter IHttpResponseBodyFeature.Writer => _writer;

    /// <summary>Known from the moment the answer begins.</summary>
    internal bool StatusAllowsBody => StatusCode is not (StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent or StatusCodes.Status304NotModified or < 200);

    internal long? ResponseLength => ((IHttpResponseFeature)this).Headers.ContentLength;

    internal FastCgiResponse Response => _request.Response;

    public void OnStarting(Func<object, Task> callback, object state)
    {
        ThrowIfStarted(nameof(OnStarting));
        (_onStarting ??= new()).Push((callback, state));
    }

    public void OnCompleted(Func<object, Task> callback, object state) => (_onCompleted ??= new()).Push((callback, state));

    /// <summary>Each write is passed on at once as it is; nginx is asked not to collect the answer.</summary>
    void IHttpResponseBodyFeature.DisableBuffering() => _isUnbuffered = true;

    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken) => HasStarted ? Task.CompletedTask : StartAsync(0, cancellationToken).AsTask();

    Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        _writer.SendFileAsync(path, offset, count, cancellationToken);

    /// <summary>The answer is sent; the request ends for the web server when the application has ended.</summary>
    async Task IHttpResponseBodyFeature.CompleteAsync()
    {
        if (!HasStarted)
        {
            await StartAsync(null, CancellationToken.None).ConfigureAwait(false);
        }

        await _writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await _writer.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Runs the callbacks of OnStarting, last one first, and fixes the head. With it comes what was written so far and so many bytes; null: and no more.</summary>
    internal async ValueTask StartAsync(int? more, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfEnded();
        try
        {
            while (_onStarting is not null && _onStarting.TryPop(out (Func<object, Task> Callback, object State) next))
            {
                await next.Callback(next.State).ConfigureAwait(false);
            }

            if (!HasStarted)
            {
                WriteHead(more);
            }
        }
        catch (Exception e)
        {
            _startError ??= e;
            throw;
        }
    }

    private void WriteHead(int? more)
    {
        _writer.ThrowIfNotAllowed(more ?? 0);
        IHeaderDictionary headers = ((IHttpResponseFeature)this).Headers;
        if (more is null && headers.ContentLength is null && StatusAllowsBody && !HttpMethods.IsHead(Method))
        {
            headers.ContentLength = _writer.EarlyLength;
        }

        FastCgiResponse response = Response;
        response.StatusCode = StatusCode;
        FastCgiHeaders.ThrowIfUnsafe(nameof(ReasonPhrase), ReasonPhrase ?? "");
        response.ReasonPhrase = ReasonPhrase;
        response.Headers.Reset();
        foreach ((string name, StringValues values) in headers)
        {
            if (IsForTheWebServer(name))
            {
                continue;
            }

            foreach (string? value in values)
            {
                response.Headers.Add(name, value ?? "");
            }
        }

        if (MustNotBeBuffered(headers) && !headers.ContainsKey(AccelBuffering))
        {
            response.Headers.Add(AccelBuffering, "no");
        }

        response.Write([]); // writes the head
        HasStarted = true;
        _responseHeaders.IsReadOnly = true;
        _writer.MoveEarly();
    }

    private bool MustNotBeBuffered(IHeaderDictionary headers) =>
        _isUnbuffered || (headers.ContentType.ToString() is { Length: > 0 } type && type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase));

    // RFC 3875 6.3.4: how the answer travels to the client is the web server's business.
    private static bool IsForTheWebServer(string name) =>
        name.Equals(HeaderNames.TransferEncoding, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase)
        || name.Equals(HeaderNames.KeepAlive, StringComparison.OrdinalIgnoreCase) || name.Equals(HeaderNames.Upgrade, StringComparison.OrdinalIgnoreCase)
        || name.Equals("Status", StringComparison.OrdinalIgnoreCase); // the web server would take the header for the status itself

    private void ThrowIfStarted(string what)
    {
        if (HasStarted)
        {
            throw new InvalidOperationException($"{what} cannot be set because the response has already started.");
        }
    }
}
