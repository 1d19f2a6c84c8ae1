using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A listening socket as standard input, which is how web servers and spawn-fcgi start a FastCGI program.</summary>
[Trait("Row", "A4.1")]
public class PassedOnListener(ITestOutputHelper output)
{
    private const string Opener = """
        use Socket;
        my ($fd, $path) = (shift, shift);
        my $s;
        socket($s, PF_UNIX, SOCK_STREAM, 0) && bind($s, sockaddr_un($path)) && listen($s, 64) or die $!;
        require POSIX;
        POSIX::dup2(fileno($s), $fd) or die $!;
        exec @ARGV;
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task Workers_serve_on_it_and_its_file_stays(int descriptor)
    {
        using var folder = new TempFolder();
        string path = folder.File("app.sock");
        await using Managed managed = Managed.Launch(output, new Launch
        {
            Wrapper = ["perl", "-e", Opener, $"{descriptor}", path],
            Arguments = ["--ProcessManager:ProcessCount=2", $"--descriptor={descriptor}"],
        });
        await managed.Log.Find(@"^listening .*app\.sock");
        await managed.Ready();
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        foreach (int pid in descriptor == 0 ? [.. managed.Workers, managed.Pid] : managed.Workers)
        {
            new FileInfo($"/proc/{pid}/fd/0").LinkTarget.Should().Be("/dev/null");
        }

        managed.Signal(Native.Hup);
        await managed.Log.Find("reload to generation 2 succeeded");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
        managed.Signal(Native.Term);
        (await managed.Exit()).Should().Be(0);

        File.Exists(path).Should().BeTrue("it belongs to who made it");
        using var late = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        FluentActions.Invoking(() => late.Connect(new UnixDomainSocketEndPoint(path))).Should().Throw<SocketException>("nobody holds it open any more");
    }

    [Theory]
    [InlineData("0", "Listener 'http': descriptor 0 is not a listening socket. Have the program started by what opens one there")]
    [InlineData("77", "descriptor 77 is not a listening socket")]
    [InlineData("2", "Listener 'http': allowed are 0, and 3 and more")]
    public async Task Anything_else_is_told(string descriptor, string why)
    {
        await using Managed managed = Managed.Launch(output, new Launch { Arguments = [$"--descriptor={descriptor}"] });
        (await managed.Exit()).Should().NotBe(0);
        await managed.Log.Find(why);
    }
}
