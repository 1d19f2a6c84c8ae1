using ProcManager.WeatherTests.Infrastructure;

namespace ProcManager.WeatherTests;

public partial class TwoStarts
{
    /// <summary>Over a socket file that a dead one left. Exactly one wins, and the other one says which.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_at_the_same_moment(bool pidFile)
    {
        using var folder = new TempFolder();
        string[] switches = ["--ProcessManager:ProcessCount=1", $"--socket={folder.File("app.sock")}", .. pidFile ? [$"--ProcessManager:PidFile={folder.File("app.pid")}"] : Array.Empty<string>()];
        for (int round = 0; round < 6; round++)
        {
            LeaveASocket(folder.File("app.sock"));
            await using Managed one = Managed.Launch(output, new Launch { Arguments = switches });
            await using Managed other = Managed.Launch(output, new Launch { Arguments = switches });
            Task<int> first = await Task.WhenAny(one.Exit(), other.Exit());
            (await first).Should().NotBe(0);
            Managed loser = one.HasExited ? one : other;
            Managed winner = one.HasExited ? other : one;
            await loser.Log.Find(pidFile ? "is held by a running manager|another program .*listens on|is being bound" : "another program .*listens on|is being bound");
            loser.Log.Lines.Should().NotContain(static l => l.Contains("   at ", StringComparison.Ordinal));
            await winner.Ready();
            (await winner.Client.Get("/")).Should().StartWith("Hello");
            winner.Signal(Native.Term);
            (await winner.Exit()).Should().Be(0);
            Directory.GetFiles(folder.Path).Should().BeEmpty();
        }
    }

    [Theory]
    [InlineData("socket")]
    [InlineData("port")]
    [InlineData("pid")]
    public async Task The_second_beside_a_running_one(string what)
    {
        await using WeatherPool pool = what == "port" ? await WeatherPool.Start(output, "--port=0") : await WeatherPool.Start(output);
        string[] switches = what switch
        {
            "socket" => [$"--socket={pool.Folder.File("app.sock")}"],
            "port" => [$"--port={((System.Net.IPEndPoint)pool.Client.EndPoint).Port}"],
            _ => ["--port=0", $"--ProcessManager:PidFile={pool.Folder.File("app.pid")}"],
        };
        for (int i = 0; i < 3; i++)
        {
            await using Managed second = Managed.Launch(output, new Launch { Arguments = switches });
            (await second.Exit()).Should().NotBe(0);
            await second.Log.Find(what switch
            {
                "socket" => "Listener 'http': another program .*listens on",
                "port" => "Listener 'http' cannot be bound.*Address already in use",
                _ => $@"is held by a running manager \(pid {pool.Managed.Pid}\)",
            });
            second.Log.Lines.Should().NotContain(static l => l.Contains("   at ", StringComparison.Ordinal), "a user's mistake is no stack trace");
        }

        await pool.Holds(WeatherPool.Nothing);
    }

    private static void LeaveASocket(string path)
    {
        using var left = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        left.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path + ".left"));
        File.Move(path + ".left", path); // so that disposing the socket does not remove it
    }
}
