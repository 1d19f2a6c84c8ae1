using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Streams;

namespace ProcManager.FastCgi;

/// <summary>
/// An answer with status, headers and body. The head goes out before the first byte of the body, or when the request is completed.
/// A program that writes CGI headers itself uses <see cref="FastCgiRequest.Stdout"/> instead. Nothing is sent before
/// <see cref="FlushAsync"/>, 128 KiB of output, or the end.
/// </summary>
public sealed class FastCgiResponse
{
    private readonly Exchange _exchange;
    private readonly BodyWriter _body;
    private bool _headOnly;
    private int _statusCode; // 0: not set

    internal FastCgiResponse(Exchange exchange)
    {
        _exchange = exchange;
        _body = new BodyWriter(this);
    }

    /// <summary>The head has been written; status and headers can change no more.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>The HTTP status. Default 200, with a header <c>Location</c> 302; 100 to 999.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Another number.</exception>
    /// <exception cref="InvalidOperationException">The head has been written.</exception>
    public int StatusCode
    {
        get => _statusCode != 0 ? _statusCode : Headers["Location"] is null ? 200 : 302;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 100);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 999);
            ThrowIfStarted();
            _statusCode = value;
        }
    }

    /// <summary>The words behind the status; null, the default: the usual ones.</summary>
    /// <exception cref="ArgumentException">The value contains CR, LF or NUL.</exception>
    /// <exception cref="InvalidOperationException">The head has been written.</exception>
    public string? ReasonPhrase
    {
        get;
        set
        {
            FastCgiHeaders.ThrowIfUnsafe(nameof(ReasonPhrase), value ?? "");
            ThrowIfStarted();
            field = value;
        }
    }

    /// <summary>The headers, without the status.</summary>
    public FastCgiHeaders Headers { get; } = new();

    /// <summary>The header <c>Content-Type</c>; null: none.</summary>
    public string? ContentType
    {
        get => Headers["Content-Type"];
        set => Headers["Content-Type"] = value;
    }

    /// <summary>The body. Dropped for a HEAD request.</summary>
    public PipeWriter Body => _body;

    private OutputWriter Stdout => _exchange.Stdout;

    /// <summary>Writes text (UTF-8) to the body.</summary>
    /// <param name="text">The text.</param>
    public void Write(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Start();
        if (!_headOnly)
        {
            Encoding.UTF8.GetBytes(text, Stdout);
        }
    }

    /// <summary>Writes bytes to the body.</summary>
    /// <param name="bytes">The bytes.</param>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Start();
        if (!_headOnly)
        {
            Stdout.Write(bytes);
        }
    }

    /// <summary>Writes text (UTF-8) to the body, and waits for the web server when much is buffered.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the wait before it has begun.</param>
    /// <returns>A task.</returns>
    public ValueTask WriteAsync(string text, CancellationToken cancellationToken = default)
    {
        Write(text);
        return FlushIfMuchAsync(cancellationToken);
    }

    /// <summary>Writes bytes to the body, and waits for the web server when much is buffered.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait before it has begun.</param>
    /// <returns>A task.</returns>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        Start();
        while (bytes.Length > 0 && !_headOnly)
        {
            int part = Math.Min(bytes.Length, OutputWriter.FlushAt);
            Stdout.Write(bytes.Span[..part]);
            bytes = bytes[part..];
            await FlushIfMuchAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what is buffered, the head first.</summary>
    /// <param name="cancellationToken">Ends the wait before it has begun.</param>
    /// <returns>A task.</returns>
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        Start();
        await Stdout.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    internal void Begin()
    {
        HasStarted = _headOnly = false;
        _statusCode = 0;
        ReasonPhrase = null;
        Headers.Reset();
    }

    /// <summary>At the end of a request: one that has written nothing has a head all the same, since web servers take an empty answer for a failure.</summary>
    internal void Finish()
    {
        if (!Stdout.IsUsed && !HasStarted)
        {
            if (_exchange.FailedWith != 0)
            {
                Begin();
                StatusCode = _exchange.FailedWith;
            }

            Start();
        }
    }

    /// <summary>The answer to a request that the application never sees. To an authorizer, too: without a status it would be allowed.</summary>
    internal void Refuse(int statusCode)
    {
        StatusCode = statusCode;
        ContentType = "text/plain";
        Write($"{statusCode} {ReasonPhrases.Of(statusCode)}\n");
    }

    /// <summary>The application has let go of its request without a word, as it does when it fails. That must not look like success.</summary>
    internal void Abandon()
    {
        if (!Stdout.IsUsed && !HasStarted && _statusCode == 0 && Headers["Location"] is null && _exchange.FailedWith == 0)
        {
            _exchange.FailedWith = 500;
        }
    }

    private void Start()
    {
        if (HasStarted)
        {
            return;
        }

        _statusCode = StatusCode;
        HasStarted = true;
        Headers.Lock();
        _headOnly = _exchange.Parameters.TryGetBytes("REQUEST_METHOD"u8, out ReadOnlySpan<byte> method) && method.SequenceEqual("HEAD"u8);
        Span<byte> line = stackalloc byte[16];
        "Status: "u8.CopyTo(line);
        _statusCode.TryFormat(line[8..], out _, provider: CultureInfo.InvariantCulture);
        Stdout.Write(line[..11]);
        string reason = ReasonPhrase ?? ReasonPhrases.Of(_statusCode);
        if (reason.Length > 0)
        {
            Stdout.Write(" "u8);
            Encoding.UTF8.GetBytes(reason, Stdout);
        }

        Stdout.Write("\r\n"u8);
        Headers.WriteTo(Stdout);
        Stdout.Write("\r\n"u8);
    }

    private ValueTask FlushIfMuchAsync(CancellationToken cancellationToken) =>
        Stdout.Pending >= OutputWriter.FlushAt ? FlushAsync(cancellationToken) : ValueTask.CompletedTask;

    private void ThrowIfStarted()
    {
        if (HasStarted)
        {
            throw new InvalidOperationException("The head of this answer has been written already; set status and headers before the body.");
        }
    }

    /// <summary>STDOUT with the head before the first byte.</summary>
    private sealed class BodyWriter(FastCgiResponse response) : PipeWriter
    {
        private byte[]? _dropped;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => response.Stdout.UnflushedBytes;

        public override void Advance(int bytes)
        {
            if (!response._headOnly)
            {
                response.Stdout.Advance(bytes);
            }
        }

        public override Memory<byte> GetMemory(int sizeHint = 0)
        {
            response.Start();
            return response._headOnly ? Drop(sizeHint) : response.Stdout.GetMemory(sizeHint);
        }

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void CancelPendingFlush() => response.Stdout.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            // the request's end is the body's
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            response.Start();
            return response.Stdout.FlushAsync(cancellationToken);
        }

        private byte[] Drop(int sizeHint) => _dropped = _dropped is { } there && there.Length >= sizeHint ? there : new byte[Math.Max(4096, sizeHint)];
    }
}
