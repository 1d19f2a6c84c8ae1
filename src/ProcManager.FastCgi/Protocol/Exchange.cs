using System.Buffers;
using System.Buffers.Text;
using Microsoft.Extensions.Logging;
using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Streams;

namespace ProcManager.FastCgi.Protocol;

/// <summary>The state of one request, used again for the next one on its connection.</summary>
internal sealed class Exchange : IDisposable
{
    private readonly InputBuffer _dataBuffer = new(4096);
    private byte[] _parameterBytes = [];
    private int _parameterLength;
    private readonly ILogger _log;
    private CancellationTokenSource? _aborted;
    private CancellationTokenSource? _stop;

    internal Exchange(InputBuffer stdin, IBodySource source, IRecordSink sink, ILogger log)
    {
        _log = log;
        Stdin = new BodyReader(stdin, source);
        Data = new BodyReader(_dataBuffer, source);
        Stdout = new OutputWriter(RecordType.Stdout, sink, this);
        Stderr = new OutputWriter(RecordType.Stderr, sink, this);
        Response = new FastCgiResponse(this);
    }

    internal int Id { get; private set; }

    internal FastCgiRole Role { get; private set; }

    internal bool KeepConnection { get; set; }

    /// <summary>Its parameters are complete, and the application has it or has had it.</summary>
    internal bool IsGiven { get; set; }

    internal uint AppStatus { get; set; }

    internal FastCgiParameters Parameters { get; } = new();

    internal BodyReader Stdin { get; }

    internal BodyReader Data { get; }

    internal OutputWriter Stdout { get; }

    internal OutputWriter Stderr { get; }

    internal FastCgiResponse Response { get; }

    /// <summary>What the application holds; another one when the state is used again.</summary>
    internal FastCgiRequest? Request { get; set; }

    /// <summary>The announced length of the body; null when there is none.</summary>
    internal long? ContentLength => HasLength ? Announced : null;

    /// <summary>As <see cref="ContentLength"/>, looked up once; 0 when there is none.</summary>
    internal long Announced { get; private set; }

    /// <summary>The body has to be as long as <see cref="Announced"/> says.</summary>
    internal bool HasLength { get; private set; }

    /// <summary>The application waits for the web server to take what it has written.</summary>
    internal bool IsSending { get; set; }

    /// <summary>Why no more body comes; null while it may.</summary>
    internal string? AbortReason { get; private set; }

    /// <summary>The status that says what was wrong while the body came, 413 or 408; 0: nothing.</summary>
    internal int FailedWith { get; set; }

    /// <summary>The application wants no end of this answer to be sent.</summary>
    internal bool IsGivenUp { get; private set; }

    /// <summary>Fires when the application gives the answer up: no wait for the web server is worth it any more.</summary>
    internal CancellationToken Stopped
    {
        get
        {
            CancellationTokenSource source = LazyInitializer.EnsureInitialized(ref _stop, static () => new CancellationTokenSource());
            return IsGivenUp ? new CancellationToken(canceled: true) : source.Token;
        }
    }

    internal CancellationToken Aborted
    {
        get
        {
            CancellationTokenSource source = LazyInitializer.EnsureInitialized(ref _aborted, static () => new CancellationTokenSource());
            CancellationToken token = source.Token;
            if (AbortReason is not null)
            {
                Fire(source);
            }

            return token;
        }
    }

    internal void Begin(int id, FastCgiRole role, bool keepConnection)
    {
        Id = id;
        Role = role;
        KeepConnection = keepConnection;
        _stop = IsGivenUp ? null : _stop;
        IsGiven = IsGivenUp = false;
        FailedWith = 0;
        AppStatus = 0;
        AbortReason = null;
        _parameterLength = 0;
        Parameters.Clear();
        Stdin.Begin(ended: role == FastCgiRole.Authorizer);
        Data.Begin(ended: role != FastCgiRole.Filter);
        Stdout.Begin(id);
        Stderr.Begin(id);
        Response.Begin();
    }

    /// <summary>False: more bytes than allowed.</summary>
    internal bool AddParameterBytes(ReadOnlySpan<byte> bytes, int most)
    {
        int length = _parameterLength + bytes.Length;
        if (length > most)
        {
            return false;
        }

        if (length > _parameterBytes.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2048, length * 2));
            _parameterBytes.AsSpan(0, _parameterLength).CopyTo(larger);
            ReturnParameterBytes();
            _parameterBytes = larger;
        }

        bytes.CopyTo(_parameterBytes.AsSpan(_parameterLength));
        _parameterLength = length;
        return true;
    }

    /// <summary>Reads CONTENT_LENGTH. False: the text is no number (RFC 3875 4.1.2: digits only).</summary>
    internal bool ParseLength()
    {
        HasLength = false;
        Announced = 0;
        if (!Parameters.TryGetBytes("CONTENT_LENGTH"u8, out ReadOnlySpan<byte> text) || text.Length == 0 || Role == FastCgiRole.Authorizer)
        {
            return true;
        }

        if (text.ContainsAnyExceptInRange((byte)'0', (byte)'9') || !Utf8Parser.TryParse(text, out long length, out _))
        {
            return false;
        }

        (HasLength, Announced) = (true, length);
        return true;
    }

    internal bool ParseParameters(int most, out bool tooMany) => Parameters.TryParse(_parameterBytes.AsMemory(0, _parameterLength), most, out tooMany);

    /// <summary>Ends a wait of the application at once. From any thread.</summary>
    internal void GiveUp()
    {
        IsGivenUp = true;
        _ = Volatile.Read(ref _stop)?.CancelAsync(); // not Cancel: what waits would go on in this thread
    }

    internal void Abort(string reason)
    {
        if (AbortReason is null)
        {
            AbortReason = reason;
            CancellationTokenSource? source = Volatile.Read(ref _aborted);
            if (source is not null)
            {
                // Not here: the application's callbacks must not run in the middle of the protocol.
                ThreadPool.UnsafeQueueUserWorkItem(static s => s.Exchange.Fire(s.Source), (Exchange: this, Source: source), preferLocal: false);
            }
        }
    }

    /// <summary>The application's request is over; what it still holds of it refuses to work.</summary>
    internal void End()
    {
        Request = null;
        IsGiven = false;
        Parameters.Clear();
        Stdin.Complete(); // what was read goes back to its pool, as with any reader that is completed
        Data.Complete();
        _aborted = null; // not disposed: an abort may be on its way to it
        _dataBuffer.Release();
    }

    /// <summary>An idle connection keeps no memory.</summary>
    internal void Release()
    {
        Stdout.Release();
        Stderr.Release();
        ReturnParameterBytes();
    }

    public void Dispose() => _aborted?.Dispose();

    // A callback that throws harms neither the other callbacks nor the worker.
    private void Fire(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException e)
        {
            FastCgiLog.CallbackThrew(_log, e);
        }
    }

    private void ReturnParameterBytes()
    {
        if (_parameterBytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_parameterBytes);
            _parameterBytes = [];
        }
    }
}
