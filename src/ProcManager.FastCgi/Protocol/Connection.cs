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
internal partial class Connection : IBodySource, IRecordSink, IWatched
{
    private const int SmallRead = 4096;
    private const int RecordRoom = 256; // for the headers and padding of records between
    private const int LargeRead = 128 * 1024;
    protected const int MostWhileWriting = 1024 * 1024;

    private readonly FastCgiOptions _options;
    private readonly List<byte[]> _replies = [];
    private bool _requestBegun;
    private volatile bool _isLost;

    internal Connection(Transport transport, FastCgiOptions options, Complaints complaints)
    {
        Transport = transport;
        Complaints = complaints;
        _options = options;
        Input = new InputBuffer(16 * 1024);
        Exchange = Ready = new Exchange(Input, this, this, complaints.Log);
    }

    internal Transport Transport { get; }

    internal Complaints Complaints { get; }

    internal InputBuffer Input { get; }

    internal Exchange Exchange { get; }

    /// <summary>Several requests may be under way at once.</summary>
    protected virtual bool Multiplexes => false;

    /// <summary>The request whose parameters are complete, or which is refused.</summary>
    internal Exchange Ready { get; private set; }

    /// <summary>A request has begun whose parameters are not complete.</summary>
    internal virtual bool IsInHeader => _requestBegun && !Exchange.IsGiven;

    protected FastCgiOptions Options => _options;

    /// <summary>Nothing more can be read or written.</summary>
    internal bool IsLost => _isLost;

    internal int RefusalStatus { get; private set; }

    internal string BrokenReason { get; private set; } = "";

    /// <summary>For a descriptor that another connection has left.</summary>
    internal void Reset()
    {
        _inRecord = _requestBegun = _isLost = InputHasEnded = false;
        _left = _padding = 0;
        _replies.Clear();
    }

    /// <summary>Where the next read puts its bytes: an announced body is taken in few reads, whatever records it comes in.</summary>
    internal Memory<byte> RoomToRead()
    {
        long body = Exchange is { IsGiven: true, Stdin.Ended: false } ? Exchange.Announced - Exchange.Stdin.Received : 0;
        return Input.Room((int)Math.Clamp(Math.Max(_left, body) + RecordRoom, SmallRead, LargeRead));
    }

    /// <summary>Sends what the protocol itself has to answer.</summary>
    internal async ValueTask SendRepliesAsync()
    {
        while (_replies.Count > 0)
        {
            byte[] reply = _replies[0];
            _replies.RemoveAt(0);
            await SendAsync(reply, default).ConfigureAwait(false);
        }
    }

    internal bool HasReplies => _replies.Count > 0;

    internal virtual void Lose(string reason)
    {
        _isLost = true;
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

        await SendEndAsync(exchange, status).ConfigureAwait(false);
        bool clean = !IsLost && exchange.Stdin.Ended && exchange.Data.Ended && exchange.AbortReason is null && !exchange.IsGivenUp && !Transport.IsBehind;
        Input.DropBody();
        _requestBegun = false;
        exchange.End();
        return clean && exchange.KeepConnection;
    }

    /// <summary>Whether bytes of the last request are still on their way: closing now could cost its answer.</summary>
    internal bool HasUnreadInput => !Exchange.Stdin.Ended || !Exchange.Data.Ended || _inRecord || Input.UnparsedLength > 0;

    /// <summary>
    /// The end of an answer that is not whole. Web servers take the connection's end for the answer's (nginx 1.22, which then lets a client that was promised
    /// more wait for it); a record of no known version makes them break off.
    /// </summary>
    protected virtual async ValueTask GiveUpAsync(Exchange exchange)
    {
        if (exchange.Stdout.IsSent && !Transport.IsBehind)
        {
            await SendAsync(new byte[Records.HeaderSize], default).ConfigureAwait(false);
        }

        Lose("the application has given the request up");
    }

    protected async ValueTask SendEndAsync(Exchange exchange, ProtocolStatus status = ProtocolStatus.RequestComplete)
    {
        if (exchange.IsGivenUp)
        {
            await GiveUpAsync(exchange).ConfigureAwait(false);
        }

        if (IsLost)
        {
            return;
        }

        if (status == ProtocolStatus.RequestComplete && exchange is { AbortReason: null, IsGivenUp: false })
        {
            exchange.Response.Finish();
        }
        else
        {
            exchange.Stdout.Drop(); // only the end is sent: an answer that is cut off must not look whole
        }

        await exchange.Stderr.FlushAsync().ConfigureAwait(false);
        await exchange.Stdout.FinishAsync(exchange.AppStatus, status, exchange.Stderr.IsUsed).ConfigureAwait(false);
    }

    public virtual async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> records, Interruption interruption)
    {
        if (!IsLost && !await Transport.SendAsync(records, _options.WriteTimeout, this, interruption).ConfigureAwait(false))
        {
            Lose("the web server takes no more of the answer");
        }

        return !IsLost;
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
}
