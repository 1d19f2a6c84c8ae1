using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ProcManager.FastCgi.AspNetCore.Hosting;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>
/// A request as ASP.NET Core sees it: all feature interfaces over one <see cref="FastCgiRequest"/>. What it says of the request is read at the beginning, so that
/// who looks at it after its end (a log, a trace) still finds it.
/// </summary>
#pragma warning disable CA1001 // its streams hold nothing, and the token source has neither timer nor handle
internal sealed partial class HttpExchange
#pragma warning restore CA1001
{
    private readonly FastCgiRequest _request;
    private readonly FastCgiServer _server;
    private bool _ended;

    internal HttpExchange(FastCgiRequest request, FastCgiServer server)
    {
        _request = request;
        _server = server;
        FastCgiParameters parameters = request.Parameters;
        Role = request.Role;
        Method = request.Method;
        ContentLength = request.ContentLength;
        RequestTarget target = RequestTarget.From(parameters);
        Path = target.Path;
        PathBase = target.PathBase;
        QueryString = target.QueryString;
        RawTarget = target.Raw;
        Protocol = ProtocolOf(request.ServerProtocol);
        Scheme = request.IsHttps || parameters.TryGetBytes("REQUEST_SCHEME"u8, out ReadOnlySpan<byte> scheme) && scheme.SequenceEqual("https"u8) ? "https" : "http";
        Headers = RequestHeaders.From(parameters, ContentLength);
        _reader = new RequestReader(this, request.Stdin);
        _writer = new ResponseWriter(this);
        _requestStream = new RequestStream(this, _reader);
        _responseStream = new ResponseStream(this, _writer);
        Body = _requestStream;
        MaxRequestBodySize = server.Options.MaxBodySize;
        Features = new FeatureCollection(new Defaults(this));
    }

    internal FeatureCollection Features { get; }

    internal string FullPath => PathBase + Path;

    /// <summary>Status of the answer when the request, not the application, is at fault.</summary>
    internal int ErrorStatus { get; set; } = StatusCodes.Status500InternalServerError;

    internal bool HasEnded => _ended;

    /// <summary>The request is completed: engine objects now belong to another one.</summary>
    internal void ThrowIfEnded() => ObjectDisposedException.ThrowIf(_ended, typeof(HttpContext));

    private static string ProtocolOf(string protocol) => protocol switch
    {
        "HTTP/2.0" => HttpProtocol.Http2, // as nginx and Apache call it
        "HTTP/3.0" => HttpProtocol.Http3,
        _ => protocol,
    };
}
