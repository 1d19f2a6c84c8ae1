using Xunit.Abstractions;

namespace ProcManager.WeatherTests;

/// <summary>The same service is started twice: by two supervisors, by hand beside systemd, or again after its manager was killed.</summary>
public partial class TwoStarts(ITestOutputHelper output)
{
    /// <summary>What supervisors do: the manager is killed while a request runs, and started again at once.</summary>
    [Theory]
    [InlineData("socket")]
    [InlineData("port")]
    public async Task Again_while_an_orphan_still_serves_its_last_request(string what)
    {
        using var folder = new TempFolder();
        int port = 0;
        if (what == "port")
        {
            using var free = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
            free.Start();
            port = ((System.Net.IPEndPoint)free.LocalEndpoint).Port;
        }

        string[] switches = ["--ProcessManager:ProcessCount=2", $"--ProcessManager:PidFile={folder.File("app.pid")}", what == "port" ? $"--port={port}" : $"--socket={folder.File("app.sock")}"];
        await using Managed first = await Managed.Start(output, switches);
        Task<string> request = await first.BusyWorker(folder);
        first.Signal(Native.Kill);
        await using Managed second = await Managed.Start(output, switches);
        (await second.Client.Get("/")).Should().StartWith("Hello");
        folder.Write("go", "");
        (await request).Should().Be("waited", "an orphan finishes its request");
        await first.NobodyLeft();
        second.Signal(Native.Term);
        (await second.Exit()).Should().Be(0);
        File.Exists(folder.File("app.sock")).Should().BeFalse();
        File.Exists(folder.File("app.pid")).Should().BeFalse();
    }
}
