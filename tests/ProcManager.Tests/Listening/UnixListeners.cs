using System.Diagnostics;
using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Listening;

public sealed class UnixListeners : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_client_gets_through()
    {
        using Socket listener = Bind("app.sock");

        using Socket client = Connect(_folder["app.sock"]);

        client.Connected.Should().BeTrue();
    }

    [Fact]
    public void A_file_left_by_a_dead_program_is_replaced()
    {
        LeaveStale("app.sock");

        using Socket listener = Bind("app.sock");

        Connect(_folder["app.sock"]).Dispose();
    }

    [Fact]
    public void A_live_one_is_an_error_and_goes_on()
    {
        using Socket live = Bind("app.sock");

        FluentActions.Invoking(() => Bind("app.sock"))
            .Should().Throw<ProcManagerException>().WithMessage($"Listener 'app': another program listens on '{_folder["app.sock"]}'. Stop it, or choose another path.");

        Connect(_folder["app.sock"]).Dispose();
    }

    [Fact]
    public void A_file_that_is_no_socket_is_an_error_and_is_left_alone()
    {
        File.WriteAllText(_folder["app.sock"], "data");

        FluentActions.Invoking(() => Bind("app.sock")).Should().Throw<ProcManagerException>().WithMessage("*exists and is not a socket. Remove it, or choose another path.");

        File.ReadAllText(_folder["app.sock"]).Should().Be("data");
    }

    [Fact]
    public void A_symbolic_link_is_not_followed()
    {
        LeaveStale("stale.sock");
        File.CreateSymbolicLink(_folder["app.sock"], _folder["stale.sock"]);

        FluentActions.Invoking(() => Bind("app.sock")).Should().Throw<ProcManagerException>().WithMessage("*is not a socket*");

        File.Exists(_folder["stale.sock"]).Should().BeTrue();
    }

    [Fact]
    public void A_missing_folder_is_told_with_the_path() =>
        FluentActions.Invoking(() => Bind("none/app.sock"))
            .Should().Throw<ProcManagerException>().WithMessage($"Listener 'app' cannot be bound to '{_folder["none/app.sock"]}': *Check that its folder exists*");

    [Fact]
    public void A_path_too_long_for_a_socket_is_refused() =>
        FluentActions.Invoking(() => Bind(new string('x', 120))).Should().Throw<ArgumentException>();

    [FactAsRoot]
    public void Owner_and_group_are_set_by_name_or_number()
    {
        using Socket one = Bind("one.sock", new() { Owner = "nobody", Group = "4242" });
        using Socket two = Bind("two.sock", new() { Owner = "4243" });

        Stat(_folder["one.sock"], "%U %g").Should().Be("nobody 4242");
        Stat(_folder["two.sock"], "%u %g").Should().Be("4243 0", "the group is unchanged");
    }

    [Fact]
    public void An_abstract_one_has_no_file_and_is_refused_when_it_is_taken()
    {
        var place = new UnixDomainSocketEndPoint("\0pmt-" + Guid.NewGuid());
        using Socket listener = Binder.Bind("app", place, new ListenOptions { Mode = UnixFileMode.UserRead });
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(place);

        FluentActions.Invoking(() => Binder.Bind("app", place, new ListenOptions())).Should().Throw<ProcManagerException>();
    }

    [Fact]
    public void Its_file_goes_with_the_manager_and_nobody_elses_does()
    {
        var table = new ListenerTable([]);
        table.Open("app", Place("app.sock"), new ListenOptions(), mayBind: true);
        File.WriteAllText(_folder["other"], "");

        table.RemoveFiles();
        table.RemoveFiles();

        Directory.GetFiles(_folder.Path).Should().Equal(_folder["other"]);
    }

    public void Dispose() => _folder.Dispose();

    private static Socket Connect(string path)
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        return client;
    }

    private static string Stat(string path, string format)
    {
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-c", format, path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().TrimEnd();
    }

    private UnixDomainSocketEndPoint Place(string name) => new(_folder[name]);

    private Socket Bind(string name, ListenOptions? options = null) => Binder.Bind("app", Place(name), options ?? new());

    // A socket's name is moved away while it lives, so that its Dispose does not find the file.
    private void LeaveStale(string name)
    {
        Bind("live.sock").Dispose(); // the name is free
        using (Socket live = Bind("live.sock"))
        {
            File.Move(_folder["live.sock"], _folder[name]);
        }

        File.Exists(_folder[name]).Should().BeTrue();
    }
}
