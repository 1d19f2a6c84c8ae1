using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>
/// The body of the answer. What is written before the first flush waits in a buffer of its own, because until then status and headers may change;
/// after it everything goes straight to the engine's buffer.
/// </summary>
internal sealed class ResponseWriter(HttpExchange exchange) : PipeWriter
{
    private const int FilePart = 64 * 1024;

    private byte[] _early = [];
    private byte[]? _waste;
    private bool _completed;

    /// <summary>Bytes that wait for the head.</summary>
    internal int EarlyLength { get; private set; }

    /// <summary>Bytes of the body so far.</summary>
    internal long Written { get; private set; }

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => exchange.HasStarted ? exchange.Response.Body.UnflushedBytes : EarlyLength;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        ThrowIfOver();
        if (exchange.IsAborted)
        {
            return _waste = new byte[Math.Max(sizeHint, 4096)]; // the application may go on, for nobody
        }

        if (exchange.HasStarted)
        {
            return exchange.Response.Body.GetMemory(sizeHint);
        }

        int least = Math.Max(sizeHint, 1);
        if (_early.Length - EarlyLength < least)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(4096, Math.Max(EarlyLength + least, _early.Length * 2)));
            _early.AsSpan(0, EarlyLength).CopyTo(larger);
            Release();
            _early = larger;
        }

        return _early.AsMemory(EarlyLength);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ThrowIfOver();
        Count(bytes);
        if (_waste is not null)
        {
            _waste = null;
            return;
        }

        if (exchange.HasStarted)
        {
            exchange.Response.Body.Advance(bytes);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _early.Length - EarlyLength);
        EarlyLength += bytes;
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        exchange.ThrowIfEnded();
        cancellationToken.ThrowIfCancellationRequested();
        if (!exchange.HasStarted)
        {
            await exchange.StartAsync(0, cancellationToken).ConfigureAwait(false);
        }

        return exchange.IsAborted
            ? new FlushResult(isCanceled: false, isCompleted: true)
            : await exchange.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ThrowIfOver();
        cancellationToken.ThrowIfCancellationRequested();
        if (!exchange.HasStarted)
        {
            await exchange.StartAsync(source.Length, cancellationToken).ConfigureAwait(false);
        }

        Count(source.Length);
        if (!exchange.IsAborted)
        {
            await exchange.Response.WriteAsync(source, cancellationToken).ConfigureAwait(false);
        }

        return await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The answer ends with the request; nothing is sent here.</summary>
    public override void Complete(Exception? exception = null) => _completed = true;

    public override void CancelPendingFlush()
    {
        // a flush waits for the web server only, and that wait has its own limit
    }

    internal async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, file.Length);
        long left = count ?? file.Length - offset;
        ArgumentOutOfRangeException.ThrowIfNegative(left, nameof(count));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(left, file.Length - offset, nameof(count));
        file.Position = offset;
        if (left == 0)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        while (left > 0)
        {
            if (!exchange.HasStarted)
            {
                await exchange.StartAsync(0, cancellationToken).ConfigureAwait(false);
            }

            Memory<byte> room = GetMemory(FilePart);
            int n = await file.ReadAsync(room[..(int)Math.Min(Math.Min(room.Length, FilePart), left)], cancellationToken).ConfigureAwait(false);
            if (n == 0)
            {
                return; // it has become shorter: the length announced is not reached, and that is told
            }

            Advance(n);
            left -= n;
            if ((await FlushAsync(cancellationToken).ConfigureAwait(false)).IsCompleted)
            {
                return;
            }
        }
    }

    /// <summary>The head is written: what waited for it follows.</summary>
    internal void MoveEarly()
    {
        if (EarlyLength > 0)
        {
            exchange.Response.Write(_early.AsSpan(0, EarlyLength));
            EarlyLength = 0;
        }

        Release();
    }

    /// <summary>When the head is final: whether what was written, and so much more, may be.</summary>
    internal void ThrowIfNotAllowed(int more)
    {
        long all = Written + more;
        if (all > 0 && !exchange.StatusAllowsBody)
        {
            throw new InvalidOperationException($"Writing to the response body is invalid for responses with status code {exchange.StatusCode}.");
        }

        if (exchange.ResponseLength is { } length && all > length && !HttpMethods.IsHead(exchange.Method))
        {
            throw new InvalidOperationException($"Response Content-Length mismatch: too many bytes written ({all} of {length}).");
        }
    }

    internal void DropEarly() => Written = EarlyLength = 0;

    internal void Release()
    {
        if (_early.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_early);
            _early = [];
        }
    }

    private void Count(int bytes)
    {
        if (exchange.HasStarted)
        {
            ThrowIfNotAllowed(bytes);
        }

        Written += bytes;
    }

    private void ThrowIfOver()
    {
        exchange.ThrowIfEnded();
        if (_completed)
        {
            throw new InvalidOperationException("Writing is not allowed after the response was completed.");
        }
    }
}
