using ProcManager.FastCgi.Protocol;

namespace ProcManager.FastCgi.Transports;

/// <summary>How bytes come and go on one connection.</summary>
internal abstract class Transport
{
    internal const int TimedOut = -3;

    /// <summary>How many bytes came; 0 at the end; <see cref="TimedOut"/>; another negative number when the connection is lost.</summary>
    internal abstract ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>What is there already, without a wait; 0 or less when nothing is.</summary>
    internal abstract int TryReceive(Span<byte> into);

    /// <summary>Sends all of it. False: the connection is lost, or nothing was taken for so long.</summary>
    internal abstract ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection);
}
