using System.Net;
using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Tests.Listening;

public class TcpListeners
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::", "::1")]
    [InlineData("::", "127.0.0.1")]
    public void A_client_gets_through(string bound, string asked)
    {
        using Socket listener = Bind(IPAddress.Parse(bound));
        var to = new IPEndPoint(IPAddress.Parse(asked), Port(listener));

        using var client = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(to);

        client.Connected.Should().BeTrue();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void With_DeferAccept_a_client_is_there_when_it_has_sent_something(string address)
    {
        using Socket listener = Binder.Bind("http", new IPEndPoint(IPAddress.Parse(address), 0), new ListenOptions { DeferAccept = TimeSpan.FromMinutes(5) });
        using var silent = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        silent.Connect(listener.LocalEndPoint!);
        using var client = new Socket(listener.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        client.Send("x"u8);

        listener.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead).Should().BeTrue();
        using Socket accepted = listener.Accept();
        accepted.RemoteEndPoint.Should().Be(client.LocalEndPoint);
        listener.Poll(0, SelectMode.SelectRead).Should().BeFalse("the other one says nothing");
    }

    [Fact]
    public void An_address_of_v6_alone_leaves_v4_to_others()
    {
        using Socket six = Bind(IPAddress.IPv6Loopback);

        using Socket four = Bind(IPAddress.Loopback, Port(six));

        Port(four).Should().Be(Port(six));
    }

    [Fact]
    public void It_does_not_block_and_is_closed_to_what_the_program_starts()
    {
        using Socket listener = Bind(IPAddress.Loopback);
        int fd = (int)listener.Handle;

        (LibC.fcntl(fd, Constants.F_GETFL, 0) & Constants.O_NONBLOCK).Should().NotBe(0);
        LibC.fcntl(fd, Constants.F_GETFD, 0).Should().Be(Constants.FD_CLOEXEC);
        Descriptors.IsListening(fd).Should().BeTrue();
    }

    [Fact]
    public void A_port_in_use_is_told_with_name_place_and_remedy()
    {
        using Socket first = Bind(IPAddress.Loopback);

        FluentActions.Invoking(() => Bind(IPAddress.Loopback, Port(first)))
            .Should().Throw<ProcManagerException>().WithMessage($"Listener 'http' cannot be bound to 127.0.0.1:{Port(first)}: *Another program listens there; stop it, or choose another port.");
    }

    [Fact]
    public void An_address_of_another_machine_is_told() =>
        FluentActions.Invoking(static () => Bind(IPAddress.Parse("192.0.2.1")))
            .Should().Throw<ProcManagerException>().WithMessage("Listener 'http' cannot be bound to 192.0.2.1:0: *not one of this machine's.");

    [Fact]
    public void A_port_can_be_bound_again_right_after_a_connection_was_closed_on_this_side()
    {
        Socket first = Bind(IPAddress.Loopback);
        var place = (IPEndPoint)first.LocalEndPoint!;
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(place);
        first.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).Should().BeTrue();
        Socket served = first.Accept();
        served.Shutdown(SocketShutdown.Both); // the side that closes first keeps the port in TIME_WAIT
        client.Receive(new byte[1]).Should().Be(0);
        client.Dispose();
        served.Dispose();
        first.Dispose();

        using Socket second = Bind(IPAddress.Loopback, place.Port);

        Port(second).Should().Be(place.Port);
    }

    [Fact]
    public void Another_kind_of_end_point_is_refused_by_its_name() =>
        FluentActions.Invoking(static () => Binder.Bind("http", new DnsEndPoint("localhost", 80), new ListenOptions()))
            .Should().Throw<ArgumentException>().WithMessage("Listener 'http': DnsEndPoint is not an end point that can be listened on*");

    private static Socket Bind(IPAddress address, int port = 0) => Binder.Bind("http", new IPEndPoint(address, port), new ListenOptions());

    private static int Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;
}
