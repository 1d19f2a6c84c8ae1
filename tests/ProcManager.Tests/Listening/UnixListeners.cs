using System.Diagnostics;
using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Posix;
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
            .Should().Throw<ProcManagerException>().WithMessage($"Listener 'app': another program (pid {Environment.ProcessId}) listens on '{_folder["app.sock"]}'. Stop it, or choose another path.");

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
    public void The_mode_is_what_is_asked_for_or_what_the_umask_leaves_and_its_address_is_its_path()
    {
        using Socket asked = Bind("asked.sock", new() { Mode = (UnixFileMode)0x1b6 });
        using Socket plain = Bind("plain.sock");
        using Socket grouped = Bind("grouped.sock", new() { Group = Stat(_folder["plain.sock"], "%g") });

        Stat(_folder["asked.sock"], "%a").Should().Be("666");
        Stat(_folder["grouped.sock"], "%a").Should().Be(Stat(_folder["plain.sock"], "%a"));
        asked.LocalEndPoint!.ToString().Should().Be(_folder["asked.sock"]);
        asked.Poll(0, SelectMode.SelectRead).Should().BeFalse("no connection of the library's own waits in the queue");
    }

    [Fact]
    public void One_that_replaced_ours_stays_when_ours_goes()
    {
        Socket first = Bind("app.sock");
        File.Delete(_folder["app.sock"]);
        using Socket second = Bind("app.sock");

        first.Dispose();

        Connect(_folder["app.sock"]).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_vanished_or_was_left_in_its_place_by_a_dead_program_is_made_again(bool replaced)
    {
        if (replaced)
        {
            LeaveStale("stale.sock");
        }

        var table = new ListenerTable([]);
        Socket listener = table.Open("app", Place("app.sock"), new ListenOptions { Mode = UnixFileMode.UserWrite }, mayBind: true).Socket;
        table.Renew().Should().BeEmpty();
        File.Delete(_folder["app.sock"]);
        if (replaced)
        {
            File.Move(_folder["stale.sock"], _folder["app.sock"]);
        }

        int descriptor = (int)listener.Handle;
        table.Renew().Should().Equal(("app", _folder["app.sock"], null));

        ((int)listener.Handle).Should().Be(descriptor, "started processes inherit it by this number");
        Stat(_folder["app.sock"], "%a").Should().Be("200");
        using Socket client = Connect(_folder["app.sock"]);
        listener.Accept().Dispose();
        table.Renew().Should().BeEmpty();
        table.RemoveFiles();
        File.Exists(_folder["app.sock"]).Should().BeFalse();
    }

    [Fact]
    public void One_of_another_live_program_in_its_place_is_left_alone_and_told()
    {
        var table = new ListenerTable([]);
        table.Open("app", Place("app.sock"), new ListenOptions(), mayBind: true);
        File.Delete(_folder["app.sock"]);
        using Socket other = Bind("app.sock");

        table.Renew().Should().ContainSingle().Which.Failure.Should().Contain($"another program (pid {Environment.ProcessId}) listens on");
        table.RemoveFiles();

        Connect(_folder["app.sock"]).Dispose();
    }

    [Fact]
    public void Of_the_listeners_of_a_manager_that_stops_only_its_own_are_shut()
    {
        using Socket passedOn = Bind("other.sock");
        var table = new ListenerTable([]);
        table.Open("own", Place("own.sock"), new ListenOptions(), mayBind: true);
        table.Open("other", Descriptors.Duplicate((int)passedOn.Handle, 3), mayBind: true);

        table.Shut();

        FluentActions.Invoking(() => Connect(_folder["own.sock"])).Should().Throw<SocketException>().Which.SocketErrorCode.Should().Be(SocketError.ConnectionRefused);
        Connect(_folder["other.sock"]).Dispose();
        table.RemoveSocketFiles();
        Directory.GetFiles(_folder.Path).Should().Equal(_folder["other.sock"]);
    }

    [Fact]
    public async Task One_whose_queue_is_full_is_in_use()
    {
        using Socket live = Bind("app.sock", new() { Backlog = 1 });
        using Socket one = Connect(_folder["app.sock"]);
        using Socket two = Connect(_folder["app.sock"]);

        await FluentActions.Awaiting(() => Deadline.OnThread(() => Bind("app.sock")).Within())
            .Should().ThrowAsync<ProcManagerException>().WithMessage($"Listener 'app': another program listens on '{_folder["app.sock"]}'. Stop it, or choose another path.");
    }

    [Fact]
    public void Of_many_starts_at_the_same_moment_one_gets_the_path_and_is_reached_there()
    {
        for (int round = 0; round < 40; round++)
        {
            LeaveStale("app.sock");
            Socket?[] got = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => Try())];

            using Socket winner = got.Should().ContainSingle(static s => s != null).Subject!;
            using Socket client = Connect(_folder["app.sock"]);
            winner.Accept().Dispose();
        }

        Socket? Try()
        {
            try
            {
                return Bind("app.sock");
            }
            catch (ProcManagerException e)
            {
                e.Message.Should().Contain($"another program (pid {Environment.ProcessId}) listens on");
                return null;
            }
        }
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
