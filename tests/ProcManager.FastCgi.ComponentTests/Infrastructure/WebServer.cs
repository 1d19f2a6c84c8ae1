using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.FastCgi.ComponentTests.Infrastructure;

/// <summary>The other end of a connection: a web server made by hand. Every read has a deadline.</summary>
internal sealed class WebServer : IDisposable
{
    internal WebServer(string path)
        : this(new UnixDomainSocketEndPoint(path))
    {
    }

    internal WebServer(EndPoint endPoint)
    {
        Socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
        Socket.Connect(endPoint);
    }

    internal Socket Socket { get; }

    internal void Send(params byte[][] parts)
    {
        byte[] all = [.. parts.SelectMany(static p => p)];
        for (int at = 0; at < all.Length;)
        {
            // By hand: Socket.Send takes any EAGAIN for the end of its time.
            int n = Connections.Send((int)Socket.Handle, all.AsSpan(at));
            if (n == Connections.Lost)
            {
                throw new IOException("The connection is closed; nothing more can be sent.");
            }

            at += Math.Max(n, 0);
            if (n == Connections.WouldBlock && Connections.WaitFor((int)Socket.Handle, Constants.POLLOUT, 20_000) == 0)
            {
                throw new TimeoutException($"Nothing is taken after {at} of {all.Length} bytes.");
            }
        }
    }

    internal void SendSlowly(byte[] all, int step)
    {
        for (int at = 0; at < all.Length; at += step)
        {
            Send(all[at..Math.Min(at + step, all.Length)]);
        }
    }

    /// <summary>Null: the end of the connection.</summary>
    internal Received? Next()
    {
        byte[]? header = Exactly(8);
        if (header is null)
        {
            return null;
        }

        header[0].Should().Be(1, "the version");
        int length = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4));
        byte[] content = Exactly(length) ?? throw new IOException("The connection ended within a record.");
        _ = Exactly(header[6]);
        return new Received(header[1], BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)), content, header[6]);
    }

    /// <summary>Reads up to END_REQUEST of this request; records of others are an error here.</summary>
    internal Reply Reply(int id = 1)
    {
        var records = new List<Received>();
        while (true)
        {
            Received record = Next() ?? throw new IOException($"The connection ended after {records.Count} records, before the end of request {id}.");
            record.Id.Should().Be(id);
            records.Add(record);
            if (record.Type == Wire.End)
            {
                return new Reply(Join(records, Wire.Stdout), Join(records, Wire.Stderr), record.Content[4], BinaryPrimitives.ReadUInt32BigEndian(record.Content), records);
            }
        }
    }

    internal void ShouldBeClosed() => Next().Should().BeNull("the connection is closed");

    public void Dispose() => Socket.Dispose();

    private static byte[] Join(List<Received> records, int type) => [.. records.Where(r => r.Type == type).SelectMany(static r => r.Content)];

    private byte[]? Exactly(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int n;
            try
            {
                n = Socket.Receive(bytes, at, count - at, SocketFlags.None);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                n = 0;
            }

            if (n == 0)
            {
                return at == 0 ? null : throw new IOException("The connection ended within a record.");
            }

            at += n;
        }

        return bytes;
    }
}
