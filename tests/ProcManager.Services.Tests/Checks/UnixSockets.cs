using System.Net.Sockets;
using ProcManager.Services.Checks;

namespace ProcManager.Services.Tests.Checks;

[Trait("Row", "E6")]
public sealed class UnixSockets : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_listening_socket_passes_and_the_file_of_a_dead_program_does_not()
    {
        string path = _folder.File("s");
        using (Socket listener = Listen(path, 5))
        {
            (await Check(path)).Should().Be(new CheckResult(true, $"{path} accepts connections"));
        }

        File.Exists(path).Should().BeFalse(); // .NET removes it; a dead program does not
        using var dead = new TestProcess("perl", "-MIO::Socket::UNIX", "-e", $"$|=1; IO::Socket::UNIX->new(Listen => 1, Local => '{path}'); print qq{{done\\n}}");
        await dead.Line();
        await Until.True(() => Check(path).AsTask().Result.Detail == $"{path} refuses connections: no program listens on it", "the program has ended");
    }

    [Fact]
    public async Task A_long_path_is_no_hindrance()
    {
        string deep = Directory.CreateDirectory(_folder.File(new string('d', 200))).FullName;
        using Socket listener = Listen(_folder.File("s"), 5);
        File.Move(_folder.File("s"), deep + "/s");
        (await Check(deep + "/s")).Passed.Should().BeTrue();
    }

    [Fact]
    public async Task A_full_queue_fails_at_the_timeout()
    {
        using Socket listener = Listen(_folder.File("s"), 0);
        using var filling = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await filling.ConnectAsync(new UnixDomainSocketEndPoint(_folder.File("s")));
        (await Check(_folder.File("s"), TimeSpan.FromMilliseconds(100))).Detail.Should().Be($"{_folder.File("s")} did not accept a connection within 0.1 s: its queue is full");
    }

    [Fact]
    public async Task A_socket_for_datagrams_passes_while_a_program_has_it()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.File("s")));
        (await Check(_folder.File("s"))).Should().Be(new CheckResult(true, $"a program has bound {_folder.File("s")}, a socket for datagrams or packets, which takes no connection"));
    }

    [Fact]
    public async Task No_file_and_a_file_of_another_kind_are_said_so()
    {
        (await Check(_folder.File("s"))).Detail.Should().Be($"the socket {_folder.File("s")} is not there");
        (await Check(_folder.Path)).Detail.Should().Be($"{_folder.Path} is not a socket");
    }

    private static Socket Listen(string path, int backlog)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(backlog);
        return listener;
    }

    private static ValueTask<CheckResult> Check(string path, TimeSpan? timeout = null) =>
        Probes.Of(new UnixSocketCheck { Path = path, Timeout = timeout ?? TimeSpan.FromSeconds(5) }).CheckAsync(CancellationToken.None);
}
