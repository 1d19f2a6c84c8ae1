using System.Net.Sockets;
using ProcManager.Listening;

namespace ProcManager.Tests.Listening;

public class UnixSocketAccess : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"procmanager-{Guid.NewGuid():N}.sock");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Mode_owner_and_group_are_set_before_anybody_can_connect()
    {
        using Socket socket = Bind(new ListenOptions { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite, Owner = Environment.UserName, Group = "0" });
        File.GetUnixFileMode(_path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
    }

    [Theory]
    [InlineData("no-such-user-here", null, "There is no user named 'no-such-user-here' on this machine. Give an existing name or a number.")]
    [InlineData(null, "no-such-group-here", "There is no group named 'no-such-group-here' on this machine. Give an existing name or a number.")]
    public void An_unknown_owner_or_group_is_told_and_leaves_no_file(string? owner, string? group, string message)
    {
        FluentActions.Invoking(() => Bind(new ListenOptions { Owner = owner, Group = group })).Should().Throw<ProcManagerException>().WithMessage(message);
        File.Exists(_path).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a:b")]
    [InlineData("a,b")]
    public void A_name_that_could_not_be_handed_over_is_refused(string name)
    {
        var table = new ListenerTable([]);
        FluentActions.Invoking(() => table.Open(name, new UnixDomainSocketEndPoint(_path), new ListenOptions(), mayBind: true)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_name_is_given_once_and_a_backlog_has_its_range()
    {
        var table = new ListenerTable([]);
        table.Open("one", new UnixDomainSocketEndPoint(_path), new ListenOptions(), mayBind: true);
        FluentActions.Invoking(() => table.Open("one", new UnixDomainSocketEndPoint(_path), new ListenOptions(), mayBind: true))
            .Should().Throw<ArgumentException>().WithMessage("There is a listener named 'one' already*");
        FluentActions.Invoking(() => table.Open("two", new UnixDomainSocketEndPoint(_path), new ListenOptions { Backlog = 0 }, mayBind: true))
            .Should().Throw<ProcManagerConfigurationException>().WithMessage("The backlog of listener 'two' is 0; allowed: 1 to 65535.*");
        table.RemoveFiles();
        File.Exists(_path).Should().BeFalse();
    }

    [Fact]
    public void A_listener_that_the_manager_has_not_is_told_with_those_it_has()
    {
        var table = new ListenerTable([new("http", 99)]);
        FluentActions.Invoking(() => table.Open("admin", new UnixDomainSocketEndPoint(_path), new ListenOptions(), mayBind: false))
            .Should().Throw<ProcManagerException>().WithMessage("Listener 'admin' was not bound by the manager, which has: 'http'. A new listener takes a restart of the manager.");
    }

    private Socket Bind(ListenOptions options) => Binder.Bind("test", new UnixDomainSocketEndPoint(_path), options);
}
