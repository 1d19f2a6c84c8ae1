using System.Net.Sockets;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A manager that stops while a request is under way: clients are refused, so that they try another server, and are not left in a queue that ends with a reset.</summary>
[Trait("Row", "A2.2")]
public class RefusedWhileStopping(ITestOutputHelper output)
{
    [Theory]
    [InlineData(false, "sync")]
    [InlineData(false, "concurrent")]
    [InlineData(true, "sync")]
    [InlineData(false, "sync", "--ProcessManager:NoSignals=true", "--commands=yes")]
    public async Task New_clients_are_refused_when_the_last_idle_worker_has_left(bool unix, string loop, params string[] more)
    {
        using var folder = new TempFolder();
        await using Managed managed = await Managed.Start(
            output, ["--ProcessManager:ProcessCount=2", $"--loop={loop}", unix ? $"--socket={folder.File("app.sock")}" : "--port=0", .. more]);
        Task<Answer> slow = managed.Client.GetAnswer($"/wait?file={folder.File("go")}");
        await Until.True(() => File.Exists(folder.File("go.begun")), "the request is under way");
        if (more.Length > 0)
        {
            managed.Command("stop");
        }
        else
        {
            managed.Signal(Native.Term);
        }

        await managed.Log.Find("ended with exit code 0");
        SocketError refused = SocketError.Success;
        await Until.True(() => (refused = Connect(managed)) != SocketError.Success, "clients are refused");
        refused.Should().Be(unix ? SocketError.AddressNotAvailable : SocketError.ConnectionRefused);
        slow.IsCompleted.Should().BeFalse();
        folder.Write("go", "");
        (await slow).Body.Should().Be("waited");
        (await managed.Exit()).Should().Be(0);
    }

    private static SocketError Connect(Managed managed)
    {
        using var socket = new Socket(managed.Client.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(managed.Client.EndPoint);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
