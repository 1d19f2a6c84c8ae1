using System.Buffers.Binary;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Streams;

namespace ProcManager.FastCgi.Protocol;

/// <summary>What each record with a meaning does.</summary>
internal partial class Connection
{
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

        if (Find(id) is not null)
        {
            return Broken($"request {id} begins twice");
        }

        if (!Enum.IsDefined(role))
        {
            _replies.Add(Records.EndRequest(id, ProtocolStatus.UnknownRole));
            return Progress.NeedMore;
        }

        Begin(id, role)?.Begin(id, role, keep);
        return Progress.NeedMore;
    }

    private Progress Parameters(Exchange exchange)
    {
        int n = Math.Min(_left, Input.UnparsedLength);
        bool fits = exchange.AddParameterBytes(Input.Unparsed[..n], _options.MaxParameterBytes);
        Take(n);
        return fits ? Progress.NeedMore : Refuse(exchange, 431, Complaint.Parameters, $"a request has more than {_options.MaxParameterBytes} bytes of parameters ({nameof(FastCgiOptions.MaxParameterBytes)})");
    }

    private Progress Body(Exchange exchange, BodyReader body)
    {
        int n = Math.Min(_left, Input.UnparsedLength);
        int beyond = 0;
        if (exchange.HasLength && ReferenceEquals(body, exchange.Stdin))
        {
            int wanted = (int)Math.Min(n, exchange.Announced - body.Received);
            beyond = n - wanted; // what is more than was announced is not for the application
            n = wanted;
        }

        body.Received += n;
        if (body.Received > (_options.MaxBodySize ?? long.MaxValue))
        {
            if (exchange.FailedWith == 0)
            {
                exchange.FailedWith = 413;
                Complaints.Tell(Complaint.Body, $"a body is larger than {_options.MaxBodySize} bytes ({nameof(FastCgiOptions.MaxBodySize)})");
            }

            Take(n);
        }
        else if (ReferenceEquals(body.Buffer, Input))
        {
            Input.TakeBody(n);
            _left -= n;
        }
        else
        {
            body.Append(Input.Unparsed[..n]);
            Take(n);
        }

        Take(beyond);
        return Progress.NeedMore;
    }

    private Progress ParametersEnd(Exchange exchange)
    {
        if (!exchange.ParseParameters(_options.MaxParameters, out bool tooMany))
        {
            return tooMany
                ? Refuse(exchange, 431, Complaint.Parameters, $"a request has more than {_options.MaxParameters} parameters ({nameof(FastCgiOptions.MaxParameters)})")
                : Refuse(exchange, 400, Complaint.Protocol, "the parameters of a request end within a pair");
        }

        if (!exchange.ParseLength())
        {
            return Refuse(exchange, 400, Complaint.Protocol, $"CONTENT_LENGTH of a request is '{exchange.Parameters["CONTENT_LENGTH"]}', which is no number");
        }

        if (exchange.Announced > _options.MaxBodySize)
        {
            return Refuse(exchange, 413, Complaint.Body, $"a body of {exchange.Announced} bytes was announced; {nameof(FastCgiOptions.MaxBodySize)} is {_options.MaxBodySize}");
        }

        exchange.IsGiven = true;
        Ready = exchange;
        return Progress.RequestReady;
    }

    private Progress Abort()
    {
        Find(_record.RequestId)?.Abort("the web server has aborted the request");

        return Ignore();
    }

    private Progress GetValues()
    {
        _replies.Add(ManagementValues.Answer(Input.Unparsed[.._left], _options.MaxConnections, _options.MaxConcurrentRequests, Multiplexes));
        return Progress.NeedMore;
    }
}
