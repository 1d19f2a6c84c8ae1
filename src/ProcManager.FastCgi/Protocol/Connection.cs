using System.Buffers.Binary;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Streams;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Protocol;

/// <summary>What the bytes so far have come to.</summary>
internal enum Progress
{
    /// <summary>More bytes are needed.</summary>
    NeedMore,

    /// <summary>A request's parameters are complete.</summary>
    RequestReady,

    /// <summary>The request is to be refused with <see cref="Connection.RefusalStatus"/>.</summary>
    Refused,

    /// <summary>This is not FastCGI: the connection can only be closed.</summary>
    Broken,
}

/// <summary>
/// The protocol of one connection with one request at a time: records in, requests and bodies out. It reads only when it is asked
/// to, so a body that nobody reads stays with the web server.
/// </summary>
internal sealed class Connection : IBodySource, IRecordSink
{
    private const int SmallRead = 4096;
    private const int LargeRead = 128 * 1024;
    private const int MostWhileWriting = 1024 * 1024;

    private readonly FastCgiOptions _options;
    private readonly List<byte[]> _replies = [];
    private readonly bool _announceMultiplex;
    private RecordHeader _record;
    private bool _inRecord;
    private int _left;
    private int _padding;
    private bool _requestBegun;

    internal Connection(Transport transport, FastCgiOptions options, Complaints complaints)
    {
        Transport = transport;
        Complaints = complaints;
        _options = options;
        _announceMultiplex = options.Multiplex;
        Input = new InputBuffer(16 * 1024);
        Exchange = new Exchange(Input, this, this);
    }

    internal Transport Transport { get; }

    internal Complaints Complaints { get; }

    internal InputBuffer Input { get; }

    internal Exchange Exchange { get; }

    /// <summary>A request has begun whose parameters are not complete.</summary>
    internal bool IsInHeader => _requestBegun && !Exchange.IsGiven;

    /// <summary>Nothing more can be read or written.</summary>
    internal bool IsLost { get; private set; }

    internal int RefusalStatus { get; private set; }

    internal string BrokenReason { get; private set; } = "";

    /// <summary>For a descriptor that another connection has left.</summary>
    internal void Reset()
    {
        _inRecord = _requestBegun = IsLost = false;
        _left = _padding = 0;
        _replies.Clear();
    }

    /// <summary>Uses what has come, up to the next request.</summary>
    internal Progress Parse()
    {
        while (true)
        {
            if (!_inRecord)
            {
                if (Input.UnparsedLength < Records.HeaderSize)
                {
                    return Progress.NeedMore;
                }

                _record = RecordHeader.Read(Input.Unparsed);
                if (_record.Version != Records.Version)
                {
                    return Broken($"the version of a record is {_record.Version}, not 1");
                }

                Input.Skip(Records.HeaderSize);
                _left = _record.ContentLength;
                _padding = _record.PaddingLength;
                _inRecord = true;
                if (_record.RequestId == 0 && (_record.Type > RecordType.UnknownType || _record.Type == 0))
                {
                    _replies.Add(Records.UnknownType((byte)_record.Type));
                }

                if (_left == 0 && EmptyRecord() is var progress and not Progress.NeedMore)
                {
                    return progress;
                }
            }

            if (_left > 0)
            {
                Progress progress = Content();
                if (progress != Progress.NeedMore || _left > 0)
                {
                    return progress;
                }
            }

            int skipped = Math.Min(_padding, Input.UnparsedLength);
            Input.Skip(skipped);
            _padding -= skipped;
            if (_padding > 0)
            {
                return Progress.NeedMore;
            }

            _inRecord = false;
        }
    }

    /// <summary>How many bytes the next read is to take.</summary>
    internal Memory<byte> RoomToRead() => Input.Room(Math.Clamp(_left + 64, SmallRead, LargeRead));

    /// <summary>Sends what the protocol itself has to answer.</summary>
    internal async ValueTask SendRepliesAsync()
    {
        while (_replies.Count > 0)
        {
            byte[] reply = _replies[0];
            _replies.RemoveAt(0);
            await SendAsync(reply).ConfigureAwait(false);
        }
    }

    internal bool HasReplies => _replies.Count > 0;

    internal void Lose(string reason)
    {
        IsLost = true;
        if (Exchange.IsGiven)
        {
            Exchange.Abort(reason);
        }
    }

    /// <summary>Ends the request for the web server. False: the connection cannot be kept.</summary>
    internal async ValueTask<bool> FinishAsync(ProtocolStatus status = ProtocolStatus.RequestComplete)
    {
        Exchange exchange = Exchange;
        if (!IsLost && !(exchange.Stdin.Ended && exchange.Data.Ended))
        {
            TakeWhatIsThere(); // the ends of its streams may have come already; then the connection can be kept
        }

        if (!IsLost)
        {
            if (status == ProtocolStatus.RequestComplete)
            {
                exchange.Response.Finish();
            }

            await exchange.Stderr.FlushAsync().ConfigureAwait(false);
            await exchange.Stdout.FinishAsync(exchange.AppStatus, status, exchange.Stderr.IsUsed).ConfigureAwait(false);
        }

        bool clean = !IsLost && exchange.Stdin.Ended && exchange.Data.Ended && exchange.AbortReason is null;
        Input.DropBody();
        _requestBegun = false;
        exchange.End();
        return clean && exchange.KeepConnection;
    }

    /// <summary>Whether bytes of the last request are still on their way: closing now could cost its answer.</summary>
    internal bool HasUnreadInput => !Exchange.Stdin.Ended || !Exchange.Data.Ended || _inRecord || Input.UnparsedLength > 0;

    public async ValueTask<bool> MoreAsync(BodyReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            long before = body.Received;
            ThrowIfOver();
            if (Parse() == Progress.Broken)
            {
                Complaints.Tell(Complaint.Protocol, BrokenReason);
                Lose(BrokenReason);
            }

            if (HasReplies)
            {
                await SendRepliesAsync().ConfigureAwait(false);
            }

            if (body.Received > before || body.Ended)
            {
                return !body.Ended;
            }

            ThrowIfOver();
            await ReceiveAsync(_options.BodyTimeout, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> records)
    {
        if (!IsLost && !await Transport.SendAsync(records, _options.WriteTimeout, this).ConfigureAwait(false))
        {
            Lose("the web server takes no more of the answer");
        }

        return !IsLost;
    }

    /// <summary>While an answer waits to be taken: the web server may want to send its body first. True: the room for it is used up.</summary>
    internal bool CannotFeed => Input.Size >= MostWhileWriting;

    /// <summary>More has come while an answer was being sent.</summary>
    internal void Feed(int received)
    {
        if (received > 0)
        {
            Input.Received(received);
            _ = Parse(); // what is wrong is told when the application reads on
        }
        else if (received is 0 or Posix.Connections.Lost)
        {
            Lose("the web server has closed the connection");
        }
    }

    private async ValueTask ReceiveAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        int n = await Transport.ReceiveAsync(RoomToRead(), limit, cancellationToken).ConfigureAwait(false);
        switch (n)
        {
            case > 0:
                Input.Received(n);
                break;
            case Transport.TimedOut:
                Complaints.Tell(Complaint.Body, $"nothing of a body came for {limit}");
                Lose($"nothing of the body came for {limit}");
                break;
            default:
                Lose("the web server has closed the connection");
                break;
        }
    }

    private void TakeWhatIsThere()
    {
        for (int i = 0; i < 2; i++)
        {
            Input.DropBody();
            if (Parse() == Progress.Broken)
            {
                Lose(BrokenReason);
            }

            if (IsLost || (Exchange.Stdin.Ended && Exchange.Data.Ended) || i > 0)
            {
                return;
            }

            int n = Transport.TryReceive(RoomToRead().Span);
            if (n <= 0)
            {
                return; // a closed connection takes no answer, which the next write finds out
            }

            Input.Received(n);
        }
    }

    private void ThrowIfOver()
    {
        if (Exchange.IsTooLarge)
        {
            throw new FastCgiBadRequestException($"The body is larger than {nameof(FastCgiOptions.MaxBodySize)}, which is {_options.MaxBodySize}.", 413);
        }

        if (Exchange.AbortReason is { } reason)
        {
            throw new FastCgiAbortedException($"The body is incomplete: {reason}.");
        }
    }

    private bool IsOurs => _requestBegun && _record.RequestId == Exchange.Id;

    private Progress Content() => _record.Type switch
    {
        RecordType.BeginRequest => Whole(8, BeginRequest),
        RecordType.Params when IsOurs && !Exchange.IsGiven => Parameters(),
        RecordType.Stdin when IsOurs && Exchange.IsGiven && !Exchange.Stdin.Ended => Body(Exchange.Stdin),
        RecordType.Data when IsOurs && Exchange.IsGiven && !Exchange.Data.Ended => Body(Exchange.Data),
        RecordType.AbortRequest => Abort(),
        RecordType.GetValues when _record.RequestId == 0 => Whole(_left, GetValues),
        _ when _record.RequestId == 0 && _record.Type is >= RecordType.AbortRequest and <= RecordType.Data => Broken($"a record of type {(int)_record.Type} is of request 0"),
        _ => Ignore(),
    };

    private Progress Whole(int length, Func<Progress> use)
    {
        if (_left != length || length > 8192)
        {
            return Broken($"a record of type {(int)_record.Type} has {_left} bytes");
        }

        if (Input.UnparsedLength < length)
        {
            return Progress.NeedMore;
        }

        Progress progress = use();
        Input.Skip(length);
        _left = 0;
        return progress;
    }

    private Progress BeginRequest()
    {
        ReadOnlySpan<byte> content = Input.Unparsed;
        int id = _record.RequestId;
        var role = (FastCgiRole)BinaryPrimitives.ReadUInt16BigEndian(content);
        bool keep = (content[2] & Records.KeepConnection) != 0;
        if (id == 0)
        {
            return Broken("a request has the number 0");
        }

        if (_requestBegun)
        {
            if (id == Exchange.Id)
            {
                return Broken($"request {id} begins twice");
            }

            _replies.Add(Records.EndRequest(id, ProtocolStatus.CannotMultiplex));
            return Progress.NeedMore;
        }

        if (!Enum.IsDefined(role))
        {
            _replies.Add(Records.EndRequest(id, ProtocolStatus.UnknownRole));
            return Progress.NeedMore;
        }

        _requestBegun = true;
        Exchange.Begin(id, role, keep);
        return Progress.NeedMore;
    }

    private Progress Parameters()
    {
        int n = Math.Min(_left, Input.UnparsedLength);
        bool fits = Exchange.AddParameterBytes(Input.Unparsed[..n], _options.MaxParameterBytes);
        Take(n);
        return fits ? Progress.NeedMore : Refuse(431, Complaint.Parameters, $"a request has more than {_options.MaxParameterBytes} bytes of parameters ({nameof(FastCgiOptions.MaxParameterBytes)})");
    }

    private Progress Body(BodyReader body)
    {
        int n = Math.Min(_left, Input.UnparsedLength);
        body.Received += n;
        if (body.Received > (_options.MaxBodySize ?? long.MaxValue))
        {
            Exchange.IsTooLarge = true;
            Take(n);
        }
        else if (ReferenceEquals(body, Exchange.Stdin))
        {
            Input.TakeBody(n);
            _left -= n;
        }
        else
        {
            body.Buffer.AppendBody(Input.Unparsed[..n]);
            Take(n);
        }

        return Progress.NeedMore;
    }

    /// <summary>The end of a stream, for the most part.</summary>
    private Progress EmptyRecord()
    {
        switch (_record.Type)
        {
            case RecordType.Params when IsOurs && !Exchange.IsGiven:
                return ParametersEnd();
            case RecordType.Stdin when IsOurs && Exchange.IsGiven:
                Exchange.Stdin.Ended = true;
                break;
            case RecordType.Data when IsOurs && Exchange.IsGiven:
                Exchange.Data.Ended = true;
                break;
            case RecordType.BeginRequest:
                return Broken("the beginning of a request has no content");
            case RecordType.AbortRequest:
                return Abort();
            case RecordType.GetValues when _record.RequestId == 0:
                return GetValues();
            default:
                break;
        }

        return Progress.NeedMore;
    }

    private Progress ParametersEnd()
    {
        if (!Exchange.ParseParameters(_options.MaxParameters, out bool tooMany))
        {
            return tooMany
                ? Refuse(431, Complaint.Parameters, $"a request has more than {_options.MaxParameters} parameters ({nameof(FastCgiOptions.MaxParameters)})")
                : Refuse(400, Complaint.Protocol, "the parameters of a request end within a pair");
        }

        if (Exchange.ContentLength > _options.MaxBodySize)
        {
            return Refuse(413, Complaint.Body, $"a body of {Exchange.ContentLength} bytes was announced; {nameof(FastCgiOptions.MaxBodySize)} is {_options.MaxBodySize}");
        }

        Exchange.IsGiven = true;
        return Progress.RequestReady;
    }

    private Progress Abort()
    {
        if (IsOurs)
        {
            Exchange.Abort("the web server has aborted the request");
        }

        return Ignore();
    }

    private Progress GetValues()
    {
        _replies.Add(ManagementValues.Answer(Input.Unparsed[.._left], _options.MaxConnections, _options.MaxConcurrentRequests, _announceMultiplex));
        return Progress.NeedMore;
    }

    private Progress Ignore()
    {
        Take(Math.Min(_left, Input.UnparsedLength));
        return Progress.NeedMore;
    }

    private void Take(int count)
    {
        Input.Skip(count);
        _left -= count;
    }

    private Progress Refuse(int status, Complaint complaint, string reason)
    {
        Complaints.Tell(complaint, reason);
        RefusalStatus = status;
        return Progress.Refused;
    }

    private Progress Broken(string reason)
    {
        BrokenReason = reason;
        return Progress.Broken;
    }
}
