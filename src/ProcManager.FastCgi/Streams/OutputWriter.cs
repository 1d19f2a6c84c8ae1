using System.Buffers;
using System.IO.Pipelines;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Streams;

/// <summary>Where finished records go.</summary>
internal interface IRecordSink
{
    /// <summary>Sends whole records. False: the connection takes no more. An interruption throws; the records and their memory then stay with the sink, and go out later.</summary>
    ValueTask<bool> SendAsync(ReadOnlyMemory<byte> records, Interruption interruption);
}

/// <summary>
/// STDOUT or STDERR as a <see cref="PipeWriter"/>. Records are made in place: room for a header is left before the content, so a
/// whole answer, its end included, goes out in one system call and is copied once.
/// </summary>
internal sealed partial class OutputWriter(RecordType type, IRecordSink sink, Exchange exchange) : PipeWriter
{
    internal const int FlushAt = 128 * 1024;

    private const int FirstSize = 4096;
    private const int TrailerRoom = 64;

    private byte[] _array = [];
    private int _usual = FirstSize;
    private int _record;
    private int _at;
    private int _requestId;
    private bool _gone;
    private bool _completed;

    /// <summary>Something was written to this stream.</summary>
    internal bool IsUsed { get; private set; }

    /// <summary>Something of it is on its way.</summary>
    internal bool IsSent { get; private set; }

    /// <summary>Bytes that wait for a flush, records' headers among them.</summary>
    internal int Pending => IsUsed ? _at : 0;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _at == _record ? 0 : _at - Records.HeaderSize;

    internal void Begin(int requestId)
    {
        _requestId = requestId;
        _record = _at = 0;
        _gone = _completed = IsUsed = IsSent = false;
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _array.Length - TrailerRoom - _at);
        IsUsed |= bytes > 0;
        _at += bytes;
        if (_at - _record - Records.HeaderSize > Records.MaxContent)
        {
            Split();
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _array.AsMemory(_at, _array.Length - TrailerRoom - _at);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _array.AsSpan(_at, _array.Length - TrailerRoom - _at);
    }

    /// <summary>Copies into as many records as it takes.</summary>
    internal void Write(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            MakeRoom(Math.Min(data.Length, Records.MaxContent));
            int fits = Math.Min(data.Length, _record + Records.HeaderSize + Records.MaxContent - _at);
            data[..fits].CopyTo(_array.AsSpan(_at));
            _at += fits;
            IsUsed = true;
            data = data[fits..];
        }
    }

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CloseRecord();
        if (_record > 0)
        {
            await SendAsync(cancellationToken).ConfigureAwait(false);
        }

        return new FlushResult(isCanceled: false, isCompleted: _gone);
    }

    public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ReadOnlyMemory<byte> rest = source;
        while (rest.Length > FlushAt && !_gone)
        {
            Write(rest.Span[..FlushAt]);
            rest = rest[FlushAt..];
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        Write(rest.Span);
        return await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void CancelPendingFlush()
    {
        // a flush waits for the web server only, and that wait has its own limit
    }

    /// <summary>The application has written all; what is buffered goes out when the request is completed.</summary>
    public override void Complete(Exception? exception = null) => _completed = true;

    /// <summary>Forgets what waits for a flush.</summary>
    internal void Drop() => _record = _at = 0;

    /// <summary>Puts the streams' ends and END_REQUEST behind what is buffered and sends it all.</summary>
    internal async ValueTask FinishAsync(uint appStatus, ProtocolStatus status, bool endStderr)
    {
        _completed = false;
        MakeRoom(1);
        CloseRecord();
        Span<byte> trailer = _array.AsSpan(_record);
        int length = 0;
        if (status == ProtocolStatus.RequestComplete)
        {
            if (endStderr)
            {
                Records.WriteHeader(trailer, RecordType.Stderr, _requestId, 0, 0);
                length += Records.HeaderSize;
            }

            Records.WriteHeader(trailer[length..], RecordType.Stdout, _requestId, 0, 0);
            length += Records.HeaderSize;
        }

        Records.WriteEndRequest(trailer[length..], _requestId, appStatus, status);
        _record += length + Records.EndRequestSize;
        _usual = Math.Clamp(_record + Records.HeaderSize + TrailerRoom, FirstSize, FlushAt); // the next answer may be as long: no growing then
        await SendAsync(CancellationToken.None).ConfigureAwait(false);
        _completed = true;
    }

    internal void Release()
    {
        if (_array.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_array);
            _array = [];
        }

        _record = _at = 0;
        _completed = true;
    }

    private async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (!_gone)
        {
            IsSent = true;
            try
            {
                _gone = !await sink.SendAsync(_array.AsMemory(0, _record), new Interruption(exchange, cancellationToken)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _array = []; // the sink sends the array all the same
                _record = _at = 0;
                cancellationToken.ThrowIfCancellationRequested();
                _gone = true; // the application has given the request up
            }
        }

        _record = _at = 0;
    }
}
