using System.Net.Sockets;
using ProcManager.Posix;
using ProcManager.Scoreboard;
using ProcManager.Tests.Infrastructure;
using ProcManager.Worker;

namespace ProcManager.Tests.Worker;

/// <summary>One request a process: when a worker may have another connection, and when it leaves.</summary>
public sealed class ConnectionsHandedOver : IDisposable
{
    private readonly Socket _listener = Loopback.Listen();
    private readonly WorkerBoard _board = WorkerBoard.Private();
    private readonly Dispatcher _dispatcher;
    private readonly int _ours;
    private readonly int _theirs;
    private readonly List<string> _said = [];

    public ConnectionsHandedOver()
    {
        _dispatcher = new Dispatcher(_board, 0);
        (_ours, _theirs) = ConnectionChannel.Open();
    }

    [Fact]
    public void A_worker_is_free_when_it_has_answered_and_has_closed_the_connection()
    {
        HandedConnections handed = Handed(limit: 5);
        using AcceptedSocket kept = Take(handed)!;
        using (_dispatcher.Begin(null, null))
        {
            handed.AtGate(true);
        }

        _said.Should().BeEmpty("the next request of this connection would be unknown to the manager");
        kept.Dispose();
        _said.Should().Equal("free");
    }

    [Fact]
    public void A_connection_that_its_client_has_reset_costs_no_process()
    {
        HandedConnections handed = Handed(limit: 1);
        Take(handed, reset: true).Should().BeNull();
        _said.Should().BeEmpty();
        handed.AtGate(true);
        _said.Should().Equal("free");
    }

    [Fact]
    public void The_channel_takes_the_most_data_at_once_whatever_the_system_gives_a_socket() =>
        SendBuffer(_ours).Should().BeGreaterThanOrEqualTo(4 * ConnectionChannel.MaxData);

    public void Dispose()
    {
        _listener.Dispose();
        Descriptors.Close(_ours);
        Descriptors.Close(_theirs);
    }

    private HandedConnections Handed(int limit)
    {
        var handed = new HandedConnections(limit, _board, _dispatcher) { SayFree = () => _said.Add("free"), Leave = () => _said.Add("leave"), LeaveUnread = () => _said.Add("unread") };
        _dispatcher.Handed = handed;
        return handed;
    }

    private AcceptedSocket? Take(HandedConnections handed, bool reset = false)
    {
        using Socket client = Loopback.Connect(_listener);
        using Socket accepted = _listener.Accept();
        ConnectionChannel.Send(_ours, default, (int)accepted.Handle).Should().Be(0);
        if (reset)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
            accepted.Poll(TimeSpan.FromSeconds(10), SelectMode.SelectRead).Should().BeTrue();
        }

        handed.TryTake(_theirs, out int fd).Should().Be(ChannelNews.Connection);
        _dispatcher.Hold();
        return AcceptedSocket.TryMake(fd, _dispatcher);
    }

    private static unsafe int SendBuffer(int fd)
    {
        int size = 0;
        uint length = sizeof(int);
        LibC.getsockopt(fd, Constants.SOL_SOCKET, 7 /* SO_SNDBUF */, &size, &length).Should().Be(0);
        return size;
    }
}
