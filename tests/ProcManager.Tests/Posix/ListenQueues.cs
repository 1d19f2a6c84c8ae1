using System.Net;
using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.Tests.Posix;

public class ListenQueues
{
    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    [InlineData(AddressFamily.Unix)]
    public void Tell_how_many_connections_wait(AddressFamily family)
    {
        EndPoint any = family switch
        {
            AddressFamily.InterNetwork => new IPEndPoint(IPAddress.Loopback, 0),
            AddressFamily.InterNetworkV6 => new IPEndPoint(IPAddress.IPv6Loopback, 0),
            _ => new UnixDomainSocketEndPoint($"\0procmanager-test-{Guid.NewGuid():N}"),
        };
        using var listener = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(any);
        listener.Listen(10);
        var clients = new List<Socket>();

        for (int i = 0; i < 3; i++)
        {
            ListenQueue.Length((int)listener.Handle).Should().Be(i);
            var client = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(family == AddressFamily.Unix ? any : listener.LocalEndPoint!);
            clients.Add(client);
        }

        listener.Accept().Dispose();
        ListenQueue.Length((int)listener.Handle).Should().Be(2);
        clients.ForEach(static c => c.Dispose());
    }

    [Fact]
    public void What_is_no_listener_has_none() => ListenQueue.Length(0).Should().Be(0);
}
