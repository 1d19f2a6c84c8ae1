using System.Buffers;
using System.Buffers.Text;
using ProcManager.FastCgi.Streams;

namespace ProcManager.FastCgi.Protocol;

/// <summary>The state of one request, used again for the next one on its connection.</summary>
internal sealed class Exchange : IDisposable
{
    private readonly InputBuffer _dataBuffer = new(4096);
    private byte[] _parameterBytes = [];
    private int _parameterLength;
    private CancellationTokenSource? _aborted;

    internal Exchange(InputBuffer stdin, IBodySource source, IRecordSink sink)
    {
        Stdin = new BodyReader(stdin, source);
        Data = new BodyReader(_dataBuffer, source);
        Stdout = new OutputWriter(RecordType.Stdout, sink);
        Stderr = new OutputWriter(RecordType.Stderr, sink);
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

    /// <summary>The announced length of the body; null when there is none, or no number.</summary>
    internal long? ContentLength =>
        Parameters.TryGetBytes("CONTENT_LENGTH"u8, out ReadOnlySpan<byte> text) && Utf8Parser.TryParse(text, out long length, out int used) && used == text.Length && length >= 0
            ? length
            : null;

    /// <summary>As <see cref="ContentLength"/>, looked up once; 0 when there is none.</summary>
    internal long Announced { get; set; }

    /// <summary>Why no more body comes; null while it may.</summary>
    internal string? AbortReason { get; private set; }

    /// <summary>The status that says what was wrong while the body came, 413 or 408; 0: nothing.</summary>
    internal int FailedWith { get; set; }

    /// <summary>The application wants no end of this answer to be sent.</summary>
    internal bool IsGivenUp { get; set; }

    internal CancellationToken Aborted
    {
        get
        {
            CancellationTokenSource source = LazyInitializer.EnsureInitialized(ref _aborted, static () => new CancellationTokenSource());
            CancellationToken token = source.Token;
            if (AbortReason is not null)
            {
                source.Cancel();
            }

            return token;
        }
    }

    internal void Begin(int id, FastCgiRole role, bool keepConnection)
    {
        Id = id;
        Role = role;
        KeepConnection = keepConnection;
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

    internal bool ParseParameters(int most, out bool tooMany) => Parameters.TryParse(_parameterBytes.AsMemory(0, _parameterLength), most, out tooMany);

    internal void Abort(string reason)
    {
        if (AbortReason is null)
        {
            AbortReason = reason;
            CancellationTokenSource? source = Volatile.Read(ref _aborted);
            if (source is not null)
            {
                // Not here: the application's callbacks must not run in the middle of the protocol.
                ThreadPool.UnsafeQueueUserWorkItem(static s => s.Cancel(), source, preferLocal: false);
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

    private void ReturnParameterBytes()
    {
        if (_parameterBytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_parameterBytes);
            _parameterBytes = [];
        }
    }
}
