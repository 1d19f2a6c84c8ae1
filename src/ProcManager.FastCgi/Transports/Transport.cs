using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Transports;

/// <summary>How bytes come and go on one connection.</summary>
internal abstract class Transport
{
    internal const int TimedOut = -3;

    /// <summary>How many bytes came; 0 at the end; <see cref="TimedOut"/>; another negative number when the connection is lost. An interruption throws, and costs no bytes.</summary>
    internal abstract ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, Interruption interruption);

    /// <summary>What is there already, without a wait; 0 or less when nothing is.</summary>
    internal abstract int TryReceive(Span<byte> into);

    /// <summary>
    /// Sends all of it. False: the connection is lost, or nothing was taken for so long. An interruption throws, and ends the wait only: what was not sent yet
    /// stays here, its memory too, and goes before whatever is sent next.
    /// </summary>
    internal abstract ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection, Interruption interruption);

    /// <summary>An interrupted send is not at its end: nothing more can be put behind it without a wait.</summary>
    internal abstract bool IsBehind { get; }

    /// <summary>From now on the connection's end is told, and the record that aborts its request, also when nobody reads.</summary>
    internal abstract void Watch(IWatched connection);

    internal abstract void Unwatch();
}
