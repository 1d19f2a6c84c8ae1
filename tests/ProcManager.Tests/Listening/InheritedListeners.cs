using System.Net;
using System.Net.Sockets;
using ProcManager.Handover;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Tests.Listening;

public class InheritedListeners
{
    private static readonly IPEndPoint Anywhere = new(IPAddress.Loopback, 0);

    [Fact]
    public void What_the_manager_bound_is_handed_over_by_name_in_order()
    {
        var manager = new ListenerTable([]);
        (Socket http, bool inherited) = manager.Open("http", Anywhere, new(), mayBind: true);
        (Socket admin, _) = manager.Open("admin", Anywhere, new(), mayBind: true);

        inherited.Should().BeFalse();
        manager.Count.Should().Be(2);
        manager.ToHandOver.Should().Equal(new InheritedListener("http", (int)http.Handle), new InheritedListener("admin", (int)admin.Handle));
        manager.RemoveFiles();
    }

    [Fact]
    public void A_worker_gets_the_managers_socket_and_not_one_of_its_own()
    {
        using Socket bound = Binder.Bind("http", Anywhere, new());
        int copy = LibC.fcntl((int)bound.Handle, 1030 /* F_DUPFD_CLOEXEC */, 100);
        var worker = new ListenerTable([new("http", copy)]);

        (Socket socket, bool inherited) = worker.Open("http", Anywhere, new(), mayBind: false);

        inherited.Should().BeTrue();
        socket.LocalEndPoint.Should().Be(bound.LocalEndPoint);
        socket.Dispose();
        Descriptors.IsListening((int)bound.Handle).Should().BeTrue("the manager's own is another descriptor");
    }

    [Theory]
    [InlineData(true, false, 5)]
    [InlineData(false, false, 0)] // a worker, which is as the manager says
    [InlineData(true, true, 0)] // bound by systemd, which has an option of its own
    public void After_a_restart_in_place_silent_clients_are_deferred_as_the_new_program_says(bool mayBind, bool isOfSystemd, int seconds)
    {
        using Socket bound = Binder.Bind("http", Anywhere, new());
        var table = new ListenerTable([new("http", Descriptors.Duplicate((int)bound.Handle, 100))], ofOurPid1: mayBind) { BoundElsewhereByPid1 = isOfSystemd ? ["http"] : [] };
        table.Open("http", Anywhere, new() { DeferAccept = TimeSpan.FromSeconds(5) }, mayBind).Socket.Dispose();
        byte[] set = new byte[sizeof(int)];
        bound.GetRawSocketOption(Constants.IPPROTO_TCP, Constants.TCP_DEFER_ACCEPT, set);
        (BitConverter.ToInt32(set) >= 5).Should().Be(seconds > 0);
    }

    /// <summary>A socket of systemd's is not shut when the manager stops, also when pid 1 of a container has handed it on.</summary>
    [Fact]
    public void What_another_program_has_bound_stays_its_own_behind_pid_1_too()
    {
        using Socket systemd = Binder.Bind("http", Anywhere, new());
        int passed = Descriptors.Duplicate((int)systemd.Handle, 100);
        var pid1 = new ListenerTable([]) { Activated = name => name == "http" ? passed : null };
        pid1.Open("http", Anywhere, new(), mayBind: true).Socket.LocalEndPoint.Should().Be(systemd.LocalEndPoint);
        pid1.BoundElsewhere.Should().Equal("http");

        var manager = new ListenerTable([new("http", passed)], ofOurPid1: true) { BoundElsewhereByPid1 = pid1.BoundElsewhere };
        manager.Open("http", Anywhere, new(), mayBind: true).Inherited.Should().BeTrue();
        manager.BoundElsewhere.Should().Equal("http");
        manager.Shut();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(systemd.LocalEndPoint!);
        systemd.Poll(5_000_000, SelectMode.SelectRead).Should().BeTrue();
        using Socket served = systemd.Accept();
        served.RemoteEndPoint.Should().NotBeNull();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("'http', 'admin'", "http", "admin")]
    public void One_that_the_manager_has_not_is_told_with_those_it_has(string shown, params string[] names)
    {
        var worker = new ListenerTable([.. names.Select(static n => new InheritedListener(n, 99_999))]);

        FluentActions.Invoking(() => worker.Open("new", Anywhere, new(), mayBind: false))
            .Should().Throw<ProcManagerException>().WithMessage($"Listener 'new' was not bound by the manager, which has: {shown}. A new listener takes a restart of the manager.");
    }

    [Fact]
    public void A_descriptor_that_does_not_listen_is_told()
    {
        (int ours, int theirs) = Descriptors.SocketPair();
        var worker = new ListenerTable([new("http", ours)]);

        FluentActions.Invoking(() => worker.Open("http", Anywhere, new(), mayBind: false))
            .Should().Throw<ProcManagerException>().WithMessage($"Descriptor {ours} of listener 'http' is not a listening socket.");

        Descriptors.Close(ours);
        Descriptors.Close(theirs);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("web-1.admin_X")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void A_name_within_the_rules_is_taken(string name)
    {
        var table = new ListenerTable([]);

        table.Open(name, Anywhere, new(), mayBind: true).Socket.Dispose();
    }

    [Theory]
    [InlineData("a;b")]
    [InlineData("a=b")]
    [InlineData("käse")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_name_that_would_break_the_handover_is_refused_with_the_rules(string name) =>
        FluentActions.Invoking(() => new ListenerTable([]).Open(name, Anywhere, new(), mayBind: true))
            .Should().Throw<ArgumentException>().WithMessage($"The listener's name '{name}' is not allowed; allowed: 1 to 64 letters, digits, '.', '-' and '_'.*");

    [Theory]
    [InlineData(0, null)]
    [InlineData(1000, null)]
    [InlineData(300_000, null)]
    [InlineData(-1000, "-1 s")]
    [InlineData(999, "0.999 s")]
    [InlineData(300_001, "300.001 s")]
    public void The_time_for_silent_clients_has_its_range(int milliseconds, string? refused)
    {
        Action open = () => new ListenerTable([]).Open("http", Anywhere, new() { DeferAccept = TimeSpan.FromMilliseconds(milliseconds) }, mayBind: true).Socket.Dispose();

        if (refused is null)
        {
            open.Should().NotThrow();
        }
        else
        {
            open.Should().Throw<ProcManagerConfigurationException>().WithMessage($"DeferAccept of listener 'http' is {refused}; allowed: zero, or 1 s to 5 min.*");
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(65535, true)]
    [InlineData(-1, false)]
    [InlineData(65536, false)]
    public void A_backlog_has_its_range(int backlog, bool allowed)
    {
        Action open = () => new ListenerTable([]).Open("http", Anywhere, new() { Backlog = backlog }, mayBind: true).Socket.Dispose();

        if (allowed)
        {
            open.Should().NotThrow();
        }
        else
        {
            open.Should().Throw<ProcManagerConfigurationException>().WithMessage($"The backlog of listener 'http' is {backlog}; allowed: 1 to 65535.*");
        }
    }
}
