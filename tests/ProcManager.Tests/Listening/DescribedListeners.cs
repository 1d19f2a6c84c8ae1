using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Posix;
using ProcManager.Tests.Infrastructure;

namespace ProcManager.Tests.Listening;

/// <summary>What the manager tells of its listeners: where, and who may connect.</summary>
public sealed class DescribedListeners : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ListenerTable _table = new([]);

    private string SocketFile => Path.Combine(_folder.Path, "app.sock");

    public void Dispose()
    {
        _table.RemoveFiles();
        _folder.Dispose();
    }

    [Fact]
    public void An_address_and_a_port_that_the_kernel_chose()
    {
        (Socket socket, _) = _table.Open("http", new IPEndPoint(IPAddress.Loopback, 0), new ListenOptions(), mayBind: true);
        _table.Describe().Should().Equal(($"127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}", "http", ""));
    }

    [Fact]
    public void A_time_for_silent_clients()
    {
        (Socket socket, _) = _table.Open("http", new IPEndPoint(IPAddress.Loopback, 0), new ListenOptions { DeferAccept = TimeSpan.FromSeconds(15), Backlog = 128 }, mayBind: true);
        _table.Describe().Should().Equal(($"{socket.LocalEndPoint}", "http", ", backlog 128, silent clients deferred for 15 s"));
    }

    [Fact]
    public void A_socket_file_with_its_mode_owner_and_group_and_another_backlog()
    {
        _table.Open("fastcgi", new UnixDomainSocketEndPoint(SocketFile), new ListenOptions { Mode = (UnixFileMode)0x1b0, Backlog = 128 }, mayBind: true);
        _table.Describe().Should().Equal(($"unix:{SocketFile}", "fastcgi", $", mode 0660, {Stat("%U:%G", SocketFile)}, backlog 128"));
    }

    [Fact]
    public void A_user_and_a_group_without_a_name_are_numbers()
    {
        AccountNames.OfUser(0).Should().Be("root");
        AccountNames.OfGroup(0).Should().Be("root");
        AccountNames.OfUser(4_000_000_001).Should().Be("4000000001");
        AccountNames.OfGroup(4_000_000_001).Should().Be("4000000001");
    }

    [Fact]
    public void A_name_without_a_file()
    {
        string name = $"procmanager-test-{Guid.NewGuid():N}";
        _table.Open("http", new UnixDomainSocketEndPoint($"\0{name}"), new ListenOptions(), mayBind: true);
        _table.Describe().Should().Equal(($"unix:@{name}", "http", ""));
    }

    [Fact]
    public void A_socket_that_the_program_was_started_with()
    {
        using var passed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        passed.Bind(new UnixDomainSocketEndPoint(SocketFile));
        passed.Listen();
        int descriptor = Descriptors.Duplicate((int)passed.Handle, atLeast: 3);
        File.SetUnixFileMode(SocketFile, (UnixFileMode)0x1c0);
        _table.Open("fastcgi", descriptor, mayBind: true);
        _table.Describe().Should().Equal(($"unix:{SocketFile}", "fastcgi", $", mode 0700, {Stat("%U:%G", SocketFile)}, passed on as descriptor {descriptor}"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/proc/self")]
    [InlineData("/dev/null")]
    public void The_number_of_a_device_is_what_stat_tells(string path) =>
        FileIdentity.OfTarget(path)!.Value.Device.ToString(CultureInfo.InvariantCulture).Should().Be(Stat("%d", path));

    private static string Stat(string format, string path)
    {
        using Process stat = Process.Start(new ProcessStartInfo("stat", ["-L", "-c", format, path]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }
}
