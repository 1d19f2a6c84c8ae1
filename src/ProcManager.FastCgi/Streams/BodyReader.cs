using System.Buffers;
using System.IO.Pipelines;

namespace ProcManager.FastCgi.Streams;

/// <summary>Where a body's next bytes come from.</summary>
internal interface IBodySource
{
    /// <summary>Throws when a limit was broken while the body came.</summary>
    void ThrowIfFailed();

    /// <summary>Waits for more of this body. False: nothing more comes. Throws when the connection is lost or the client too slow.</summary>
    ValueTask<bool> MoreAsync(BodyReader body, CancellationToken cancellationToken);
}

/// <summary>STDIN or DATA as a <see cref="PipeReader"/>. It asks the connection only when the application wants more than there is.</summary>
internal sealed class BodyReader(InputBuffer buffer, IBodySource source) : PipeReader
{
    private ReadOnlySequence<byte> _last;
    private bool _examinedAll;
    private bool _completed;
    private volatile bool _cancelled;

    internal InputBuffer Buffer => buffer;

    /// <summary>Its empty record has come: this is all.</summary>
    internal bool Ended { get; set; }

    /// <summary>There is something that the application has not looked at.</summary>
    internal bool HasNew => buffer.BodyLength > 0 && !_examinedAll;

    /// <summary>Bytes that have come, for the limit.</summary>
    internal long Received { get; set; }

    /// <summary>More of a body that does not lie in the connection's own buffer.</summary>
    internal void Append(ReadOnlySpan<byte> more)
    {
        lock (buffer)
        {
            buffer.AppendBody(more);
            _examinedAll = false;
        }
    }

    internal void Begin(bool ended)
    {
        Ended = ended;
        Received = 0;
        _last = default;
        _examinedAll = false;
        _completed = false;
        _cancelled = false;
        buffer.IsHeld = false;
    }

    public override bool TryRead(out ReadResult result)
    {
        ThrowIfCompleted();
        if (_cancelled || Ended || HasNew)
        {
            if (Ended)
            {
                source.ThrowIfFailed(); // its end may have come with what was too much
            }

            result = Result();
            return true;
        }

        result = default;
        return false;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        TryRead(out ReadResult result) ? new ValueTask<ReadResult>(result) : ReadMoreAsync(cancellationToken);

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        lock (buffer)
        {
            long used = _last.Slice(0, consumed).Length;
            bool all = _last.Slice(0, examined).Length == _last.Length;
            _examinedAll = all && _last.Length == buffer.BodyLength; // or more has come meanwhile
            buffer.IsHeld = false;
            buffer.ConsumeBody(used);
        }

        _last = default;
    }

    public override void CancelPendingRead() => _cancelled = true;

    public override void Complete(Exception? exception = null)
    {
        _completed = true;
        buffer.IsHeld = false;
        _last = default;
    }

    private async ValueTask<ReadResult> ReadMoreAsync(CancellationToken cancellationToken)
    {
        ReadResult result;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            int before = buffer.BodyLength;
            if (!await source.MoreAsync(this, cancellationToken).ConfigureAwait(false))
            {
                Ended = true;
            }

            _examinedAll &= buffer.BodyLength == before;
        }
        while (!TryRead(out result));
        return result;
    }

    private ReadResult Result()
    {
        bool cancelled = _cancelled;
        _cancelled = false;
        lock (buffer)
        {
            _last = buffer.Body;
            buffer.IsHeld = true;
        }

        return new ReadResult(_last, cancelled, Ended);
    }

    private void ThrowIfCompleted()
    {
        if (_completed)
        {
            throw new InvalidOperationException("This body was completed by the application; it cannot be read any more.");
        }
    }
}
