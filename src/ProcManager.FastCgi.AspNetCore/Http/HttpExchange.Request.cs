using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>The request, its body, and who sent it.</summary>
internal sealed partial class HttpExchange : IHttpRequestFeature, IRequestBodyPipeFeature, IHttpRequestBodyDetectionFeature, IHttpMaxRequestBodySizeFeature,
    IHttpConnectionFeature, IHttpRequestIdentifierFeature, IHttpBodyControlFeature, IHttpUpgradeFeature, IFastCgiFeature
{
    private readonly RequestReader _reader;
    private readonly RequestStream _requestStream;
    private Stream? _readerIsOf;
    private PipeReader? _readerOfOther;
    private bool _connectionIsKnown;
    private IPAddress? _remoteAddress;
    private IPAddress? _localAddress;
    private int _remotePort;
    private int _localPort;
    private string? _connectionId;

    public FastCgiRole Role { get; }

    public FastCgiParameters Parameters => _request.Parameters; // after the end it throws

    public string Protocol { get; set; }

    public string Scheme { get; set; }

    public string Method { get; set; }

    public string PathBase { get; set; }

    public string Path { get; set; }

    public string QueryString { get; set; }

    public string RawTarget { get; set; }

    public IHeaderDictionary Headers { get; set; }

    public Stream Body { get; set; }

    public bool AllowSynchronousIO { get; set; }

    internal long? ContentLength { get; }

    /// <summary>Without a length there may be a body only where the client said so to the web server (HTTP/1.1), or where the method means one (HTTP/2).</summary>
    public bool CanHaveBody => ContentLength is { } length
        ? length > 0
        : Headers[HeaderNames.TransferEncoding].Count > 0 || !(HttpMethods.IsGet(Method) || HttpMethods.IsHead(Method) || HttpMethods.IsDelete(Method)
            || HttpMethods.IsOptions(Method) || HttpMethods.IsTrace(Method) || HttpMethods.IsConnect(Method));

    public bool IsReadOnly => _reader.HasBegun;

    public long? MaxRequestBodySize
    {
        get;
        set
        {
            if (IsReadOnly)
            {
                throw new InvalidOperationException("The limit of the request's body can be set only before the body is read.");
            }

            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0, nameof(value));
            field = value;
        }
    }

    /// <summary>One that the web server gave (<c>REQUEST_ID</c>, as with nginx's $request_id, or <c>UNIQUE_ID</c> of Apache), so that its log and ours can be read together; otherwise a number of our own.</summary>
    public string TraceIdentifier
    {
        get => field ??= Given("REQUEST_ID") ?? Given("UNIQUE_ID") ?? RequestNumber.Next();
        set;
    }

    public bool IsUpgradableRequest => false;

    public Task<Stream> UpgradeAsync() => throw new InvalidOperationException(
        "FastCGI cannot upgrade a connection: WebSockets do not work over it. Let the web server proxy these paths to Kestrel; SignalR falls back to server-sent events or long polling by itself.");

    PipeReader IRequestBodyPipeFeature.Reader
    {
        get
        {
            if (ReferenceEquals(Body, _requestStream))
            {
                return _reader;
            }

            if (!ReferenceEquals(Body, _readerIsOf))
            {
                _readerIsOf = Body; // a middleware has put its own stream there
                PipeReader other = _readerOfOther = PipeReader.Create(Body, new StreamPipeReaderOptions(leaveOpen: true));
                OnCompleted(static r => ((PipeReader)r).CompleteAsync().AsTask(), other);
            }

            return _readerOfOther!;
        }
    }

    string IHttpConnectionFeature.ConnectionId
    {
        get => _connectionId ??= RequestNumber.Next();
        set => _connectionId = value;
    }

    IPAddress? IHttpConnectionFeature.RemoteIpAddress
    {
        get => KnowConnection()._remoteAddress;
        set => KnowConnection()._remoteAddress = value;
    }

    IPAddress? IHttpConnectionFeature.LocalIpAddress
    {
        get => KnowConnection()._localAddress;
        set => KnowConnection()._localAddress = value;
    }

    int IHttpConnectionFeature.RemotePort
    {
        get => KnowConnection()._remotePort;
        set => KnowConnection()._remotePort = value;
    }

    int IHttpConnectionFeature.LocalPort
    {
        get => KnowConnection()._localPort;
        set => KnowConnection()._localPort = value;
    }

    // Most applications never ask.
    private HttpExchange KnowConnection()
    {
        if (!_connectionIsKnown && !_ended)
        {
            _connectionIsKnown = true;
            _remoteAddress = Address("REMOTE_ADDR");
            _localAddress = Address("SERVER_ADDR");
            _remotePort = Port("REMOTE_PORT");
            _localPort = Port("SERVER_PORT");
        }

        return this;
    }

    private string? Given(string name) => !_ended && Parameters[name] is { Length: > 0 and <= 128 } value ? value : null;

    private IPAddress? Address(string name) => IPAddress.TryParse(Parameters[name], out IPAddress? address) ? address : null;

    private int Port(string name) => int.TryParse(Parameters[name], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue ? port : 0;
}
