using ProcManager.FastCgi.Diagnostics;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.Direct;

/// <summary>What a connection is doing, as far as a deadline goes with it.</summary>
internal enum Stage
{
    /// <summary>Accepted; nothing of a request has come.</summary>
    Fresh,

    /// <summary>A request has begun and its parameters are not complete.</summary>
    Header,

    /// <summary>The application has its request.</summary>
    Serving,

    /// <summary>Kept by the web server for another request.</summary>
    Idle,

    /// <summary>Answered; what still comes is thrown away, so that closing does not cost the answer.</summary>
    Draining,
}

/// <summary>A connection of the direct engine, used again for other descriptors.</summary>
internal sealed class DirectConnection
{
    private readonly DirectTransport _transport;

    internal DirectConnection(FastCgiOptions options, Complaints complaints, WaitEnd waitEnd, EndWatch endWatch)
    {
        _transport = new DirectTransport(waitEnd, endWatch);
        Protocol = new Connection(_transport, options, complaints);
    }

    internal Connection Protocol { get; }

    internal int Descriptor => _transport.Descriptor;

    internal Stage Stage { get; set; }

    /// <summary>When its stage is over, in <see cref="Environment.TickCount64"/>.</summary>
    internal long Deadline { get; set; }

    /// <summary>Whether the gate watches it.</summary>
    internal bool IsWatched { get; set; }

    /// <summary>Bytes were received that are not looked at yet.</summary>
    internal bool IsQueued { get; set; }

    internal void Open(int descriptor)
    {
        _transport.Descriptor = descriptor;
        _transport.Reset();
        Protocol.Reset();
        Stage = Stage.Fresh;
        IsWatched = IsQueued = false;
    }

    internal void Close()
    {
        Protocol.Input.Release();
        Protocol.Exchange.Release();
        Posix.Descriptors.Close(_transport.Descriptor);
        _transport.Descriptor = -1;
    }
}
