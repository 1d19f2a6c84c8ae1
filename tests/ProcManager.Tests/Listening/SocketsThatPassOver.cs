using System.Net.Sockets;
using ProcManager.Listening;
using ProcManager.Posix;

namespace ProcManager.Tests.Listening;

/// <summary>A unix socket and its file, when another process of this program has the socket too.</summary>
public sealed class SocketsThatPassOver : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("procmanager-test-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "app.sock");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_next_process_removes_the_file_and_a_trial_never_does(bool isTrial)
    {
        var manager = new ListenerTable([]);
        (Socket bound, _) = manager.Open("app", new UnixDomainSocketEndPoint(Path), new(), mayBind: true);
        int copy = Descriptors.Duplicate((int)bound.Handle, 3);
        var next = new ListenerTable([new("app", copy)], ofOurPid1: true) { FilesBefore = manager.Files, IsTrial = isTrial };
        (Socket taken, bool inherited) = next.Open("app", new UnixDomainSocketEndPoint(Path), new(), mayBind: true);
        inherited.Should().BeTrue();
        taken.Dispose(); // as a program does that fails in its trial
        File.Exists(Path).Should().Be(isTrial);
        manager.LeaveToAnother();
        bound.Dispose();
        File.Exists(Path).Should().Be(isTrial, "the file is another process's");
    }

    [Fact]
    public void A_socket_that_is_kept_elsewhere_keeps_its_file_and_is_not_shut()
    {
        var manager = new ListenerTable([]);
        (Socket bound, _) = manager.Open("app", new UnixDomainSocketEndPoint(Path), new(), mayBind: true);
        manager.Keep().Select(static k => k.Name).Should().Equal("app");
        manager.BoundElsewhere.Should().Equal("app");
        manager.Shut();
        manager.RemoveSocketFiles();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(Path));
        bound.Dispose();
        File.Exists(Path).Should().BeTrue();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
