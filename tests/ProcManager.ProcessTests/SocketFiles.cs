using System.Net.Sockets;
using System.Text.RegularExpressions;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>The file of a unix socket belongs to one manager at a time, whatever is done to it from outside.</summary>
[Trait("Row", "A1.8")]
public class SocketFiles(ITestOutputHelper output)
{
    [Fact]
    public async Task Of_two_starts_at_the_same_moment_one_serves_and_the_other_says_which_process_has_the_path()
    {
        using var folder = new TempFolder();
        string path = folder.File("app.sock");
        for (int round = 0; round < Volume.Of(nativeAot: 20, coreClr: 3); round++)
        {
            Stale(path);
            await using Managed one = Start(path);
            await using Managed two = Start(path);
            Task<Match>[] refused = [one.Log.Find("another program"), two.Log.Find("another program")];
            Managed winner = await Task.WhenAny(refused) == refused[0] ? two : one;
            await winner.Ready();
            (winner == two ? one : two).Log.Lines.Should().ContainSingle(l => l.Contains($"another program (pid {winner.Pid}) listens on '{path}'"));
            (await winner.Client.GetAnswer("/pid")).Pid.Should().Be(winner.Workers.Single());
        }
    }

    [Fact]
    public async Task A_file_that_was_removed_is_made_again_at_a_reload_and_the_file_of_the_next_manager_is_left_alone()
    {
        using var folder = new TempFolder();
        string path = folder.File("app.sock");
        await using Managed first = Start(path);
        await first.Ready();

        File.Delete(path);
        first.Signal(Native.Hup);
        await first.Log.Find($"listener 'http': the socket file '{path}' was removed or replaced; it is bound again");
        await first.Log.Find("reload to generation 2 succeeded");
        (await first.Client.GetAnswer("/pid")).Pid.Should().Be(first.Workers.Single());

        File.Delete(path);
        await using Managed second = Start(path);
        await second.Ready();
        first.Signal(Native.Hup);
        await first.Log.Find($"listener 'http': the socket file '{path}' was removed or replaced, and cannot be bound again: .*another program \\(pid {second.Pid}\\) listens on");
        await first.Log.Find("reload to generation 3 succeeded");
        first.Signal(Native.Term);
        (await first.Exit()).Should().Be(0);
        (await second.Client.GetAnswer("/pid")).Pid.Should().Be(second.Workers.Single());
    }

    private static void Stale(string path)
    {
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(path + ".old"));
        File.Move(path + ".old", path);
    }

    private Managed Start(string path) => Managed.Launch(output, new Launch { Arguments = ["--ProcessManager:ProcessCount=1", $"--socket={path}"] });
}
