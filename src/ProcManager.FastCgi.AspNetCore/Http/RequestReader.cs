using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>The body of the request: the engine's, with the application's own limit and ASP.NET Core's exceptions.</summary>
internal sealed class RequestReader(HttpExchange exchange, PipeReader stdin) : PipeReader
{
    private ReadOnlySequence<byte> _last;
    private long _consumed;

    internal bool HasBegun { get; private set; }

    public override bool TryRead(out ReadResult result)
    {
        Begin();
        return stdin.TryRead(out result) && Check(result);
    }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        ReadResult result;
        try
        {
            result = await stdin.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (FastCgiBadRequestException e)
        {
            throw new BadHttpRequestException(e.Message, e.StatusCode, e);
        }

        Check(result);
        return result;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        exchange.ThrowIfEnded();
        _consumed += _last.Slice(0, consumed).Length;
        _last = default;
        stdin.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => stdin.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        HasBegun = true;
        if (!exchange.HasEnded)
        {
            stdin.Complete(exception);
        }
    }

    private void Begin()
    {
        exchange.ThrowIfEnded();
        if (!HasBegun)
        {
            HasBegun = true;
            if (exchange.ContentLength > exchange.MaxRequestBodySize)
            {
                throw TooLarge();
            }
        }
    }

    private bool Check(ReadResult result)
    {
        _last = result.Buffer;
        if (_consumed + result.Buffer.Length > exchange.MaxRequestBodySize)
        {
            stdin.AdvanceTo(result.Buffer.End);
            throw TooLarge();
        }

        return true;
    }

    private BadHttpRequestException TooLarge() =>
        new($"Request body too large. The max request body size is {exchange.MaxRequestBodySize} bytes.", StatusCodes.Status413PayloadTooLarge);
}
