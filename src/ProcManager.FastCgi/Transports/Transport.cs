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
    /// Sends all of the data. False: the connection is lost, or took nothing for so long. An interruption throws, and ends the wait only: the unsent rest
    /// stays here, its memory too, and goes before the next data.
    /// </summary>
    internal abstract ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection, Interruption interruption);

    /// <summary>An interrupted send is still under way: nothing more can be put behind it without a wait.</summary>
    internal abstract bool IsBehind { get; }

    /// <summary>From now on the connection is told of its end, and of the record that aborts its request, even while the engine does not read.</summary>
    internal abstract void Watch(IWatched connection);

    internal abstract void Unwatch();
}
