using System.Buffers.Binary;
using ProcManager.FastCgi.ComponentTests.Infrastructure;
using ProcManager.FastCgi.Protocol;
using ProcManager.FastCgi.Transports;

namespace ProcManager.FastCgi.ComponentTests.Fuzz;

/// <summary>Gives a stream out in pieces of any size, and looks at what is sent: whole records, and nothing of a request after its end.</summary>
internal sealed class MemoryTransport : Transport
{
    private byte[] _stream = [];
    private Random _random = new(0);
    private int _at;

    internal int Reads { get; private set; }

    internal long Sent { get; private set; }

    internal void Begin(byte[] stream, Random random)
    {
        _stream = stream;
        _random = random;
        _at = Reads = 0;
        Sent = 0;
    }

    internal override int TryReceive(Span<byte> into)
    {
        Reads++;
        into.Length.Should().BeGreaterThan(0);
        int n = Math.Min(into.Length, _stream.Length - _at);
        n = n == 0 ? 0 : _random.Next(3) == 0 ? _random.Next(1, n + 1) : n;
        _stream.AsSpan(_at, n).CopyTo(into);
        _at += n;
        return n;
    }

    internal override bool IsBehind => false;

    internal override void Watch(IWatched connection)
    {
    }

    internal override void Unwatch()
    {
    }

    internal override ValueTask<int> ReceiveAsync(Memory<byte> into, TimeSpan limit, Interruption interruption) => ValueTask.FromResult(TryReceive(into.Span));

    internal override ValueTask<bool> SendAsync(ReadOnlyMemory<byte> data, TimeSpan limit, Connection connection, Interruption interruption)
    {
        ReadOnlySpan<byte> rest = data.Span;
        while (rest.Length > 0)
        {
            if (rest.Length < 8 || rest[0] != 1 || rest[1] is not (Wire.Stdout or Wire.Stderr or Wire.End or Wire.GetValuesResult or Wire.UnknownType))
            {
                throw new InvalidOperationException("This is no record of an application.");
            }

            rest = rest[(8 + BinaryPrimitives.ReadUInt16BigEndian(rest[4..]) + rest[6])..];
        }

        Sent += data.Length;
        return ValueTask.FromResult(_random.Next(50) != 0); // now and then nobody takes it any more
    }
}
