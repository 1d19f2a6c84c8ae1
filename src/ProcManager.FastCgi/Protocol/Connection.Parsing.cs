using ProcManager.FastCgi.Diagnostics;

namespace ProcManager.FastCgi.Protocol;

/// <summary>From bytes to records: where one begins and ends, and which of them have a meaning here.</summary>
internal partial class Connection
{
    private RecordHeader _record;
    private bool _inRecord;
    private int _left;
    private int _padding;

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

    /// <summary>The request under way of this number.</summary>
    protected virtual Exchange? Find(int id) => _requestBegun && id == Exchange.Id ? Exchange : null;

    /// <summary>A request begins. Null: there is no room for it, and it has been answered.</summary>
    protected virtual Exchange? Begin(int id, FastCgiRole role)
    {
        if (_requestBegun)
        {
            Reply(Records.EndRequest(id, ProtocolStatus.CannotMultiplex));
            return null;
        }

        _requestBegun = true;
        return Exchange;
    }

    protected void Reply(byte[] record) => _replies.Add(record);

    private Progress Content() => _record.Type switch
    {
        RecordType.BeginRequest => Whole(8, BeginRequest),
        RecordType.Params when Find(_record.RequestId) is { IsGiven: false } exchange => Parameters(exchange),
        RecordType.Stdin when Find(_record.RequestId) is { IsGiven: true, Stdin.Ended: false } exchange => Body(exchange, exchange.Stdin),
        RecordType.Data when Find(_record.RequestId) is { IsGiven: true, Data.Ended: false } exchange => Body(exchange, exchange.Data),
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

    /// <summary>The end of a stream, for the most part.</summary>
    private Progress EmptyRecord()
    {
        Exchange? exchange = Find(_record.RequestId);
        switch (_record.Type)
        {
            case RecordType.Params when exchange is { IsGiven: false }:
                return ParametersEnd(exchange);
            case RecordType.Stdin when exchange is { IsGiven: true }:
                exchange.Stdin.Ended = true;
                if (exchange.HasLength && exchange.Stdin.Received < exchange.Announced && exchange.FailedWith == 0)
                {
                    exchange.FailedWith = 400;
                }

                break;
            case RecordType.Data when exchange is { IsGiven: true }:
                exchange.Data.Ended = true;
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

    private Progress Refuse(Exchange exchange, int status, Complaint complaint, string reason)
    {
        Ready = exchange;
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
