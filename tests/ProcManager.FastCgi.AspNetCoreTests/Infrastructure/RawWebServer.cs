using System.Buffers.Binary;
using System.Net.Sockets;
using Wire = ProcManager.FastCgi.ComponentTests.Infrastructure.Wire;

namespace ProcManager.FastCgi.AspNetCoreTests.Infrastructure;

/// <summary>A web server made by hand, for what no real one does.</summary>
internal sealed class RawWebServer : IDisposable
{
    internal RawWebServer(string path) => Socket.Connect(new UnixDomainSocketEndPoint(path));

    internal Socket Socket { get; } = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };

    internal void Send(byte[]? body, params (string Name, string Value)[] parameters) => Socket.Send(Wire.Request(body: body, pairs: parameters));

    /// <summary>The answer as a CGI program writes it, and whether END_REQUEST has come after it.</summary>
    internal (string Text, bool IsEnded) Answer()
    {
        byte[] all = All();
        var text = new List<byte>();
        for (int at = 0; at < all.Length;)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(all.AsSpan(at + 4));
            if (all[at + 1] == Wire.End)
            {
                return (System.Text.Encoding.UTF8.GetString([.. text]), true);
            }

            if (all[at + 1] == Wire.Stdout)
            {
                text.AddRange(all.AsSpan(at + 8, length));
            }

            at += 8 + length + all[at + 6];
        }

        return (System.Text.Encoding.UTF8.GetString([.. text]), false);
    }

    /// <summary>All that comes up to the end of the connection.</summary>
    internal byte[] All()
    {
        var bytes = new List<byte>();
        byte[] buffer = new byte[64 * 1024];
        while (Socket.Receive(buffer) is var n and > 0)
        {
            bytes.AddRange(buffer[..n]);
        }

        return [.. bytes];
    }

    /// <summary>The requests that have ended, and the protocol status of each.</summary>
    internal static IEnumerable<(int Id, int Status)> Ends(byte[] all)
    {
        for (int at = 0; at < all.Length; at += 8 + BinaryPrimitives.ReadUInt16BigEndian(all.AsSpan(at + 4)) + all[at + 6])
        {
            if (all[at + 1] == Wire.End)
            {
                yield return (BinaryPrimitives.ReadUInt16BigEndian(all.AsSpan(at + 2)), all[at + 12]);
            }
        }
    }

    /// <summary>One request on a connection of its own.</summary>
    internal static string Ask(string path, params (string Name, string Value)[] parameters)
    {
        using var server = new RawWebServer(path);
        server.Send(null, parameters);
        return server.Answer().Text;
    }

    public void Dispose() => Socket.Dispose();
}
