using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ProcManager.ProcessTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.ProcessTests;

/// <summary>A hundred clients at once who send without end, say nothing, or never read: the others are answered, and the manager's memory is bounded.</summary>
[Trait("Row", "D13")]
public sealed class CrowdsOfClients(ITestOutputHelper output) : IDisposable
{
    private const int Crowd = 100;
    private const long MostGrowth = 64 << 20;

    private readonly TempFolder _folder = new();

    private string Path => _folder.File("control.sock");

    [Fact]
    public async Task On_the_control_socket_a_client_that_was_there_first_is_answered_meanwhile_and_a_new_one_afterwards()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", $"--ProcessManager:ControlSocket={Path}");
        using ControlClient client = await ControlClient.Connect(Path);
        long before = FloodingWorkers.PeakMemory(managed.Pid);
        using (var end = new CancellationTokenSource())
        {
            string line = new('x', 1 << 20);
            string answers = string.Concat(Enumerable.Repeat("{\"command\":\"status\"}\n", 20_000));
            Task[] crowd = [.. Enumerable.Range(0, Crowd).Select(i => Bad(new UnixDomainSocketEndPoint(Path), i % 3 == 0 ? line : i % 3 == 1 ? answers : "{\"comm", end.Token))];
            for (int i = 0; i < 20; i++)
            {
                (JsonElement answer, _) = await client.Ask("{\"command\":\"status\"}");
                answer.GetProperty("ok").GetBoolean().Should().BeTrue();
            }

            output.WriteLine($"the manager has grown by {(FloodingWorkers.PeakMemory(managed.Pid) - before) >> 20} MiB");
            (FloodingWorkers.PeakMemory(managed.Pid) - before).Should().BeLessThan(MostGrowth);
            await end.CancelAsync();
            await Task.WhenAll(crowd);
        }

        await Until.True(
            async () =>
            {
                using ControlClient again = await ControlClient.Connect(Path);
                return again.Greeting.TryGetProperty("pid", out _);
            },
            "a new client is answered");
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    [Fact]
    public async Task On_the_status_page_the_others_are_answered_meanwhile()
    {
        await using Managed managed = await Managed.Start(output, "--ProcessManager:ProcessCount=1", "--ProcessManager:Status:EndPoint=127.0.0.1:0");
        using StatusClient status = await StatusClient.Of(managed);
        long before = FloodingWorkers.PeakMemory(managed.Pid);
        using var end = new CancellationTokenSource();
        string request = "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
        Task[] crowd = [.. Enumerable.Range(0, Crowd).Select(i => Bad(status.EndPoint, i % 3 == 0 ? new string('x', 1 << 20) : i % 3 == 1 ? string.Concat(Enumerable.Repeat(request, 10_000)) : "GET / HT", end.Token))];
        for (int i = 0; i < 4; i++)
        {
            (await status.Answer("/health")).Should().Be((200, "healthy\n"));
        }

        output.WriteLine($"the manager has grown by {(FloodingWorkers.PeakMemory(managed.Pid) - before) >> 20} MiB");
        (FloodingWorkers.PeakMemory(managed.Pid) - before).Should().BeLessThan(MostGrowth);
        await end.CancelAsync();
        await Task.WhenAll(crowd);
        (await status.Answer("/ready")).Should().Be((200, "ready\n"));
        (await managed.Client.Get("/")).Should().StartWith("Hello");
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Sends this, reads nothing, keeps the connection as long as it may, and comes again when it was closed before all was sent.</summary>
    private static async Task Bad(System.Net.EndPoint endPoint, string text, CancellationToken end)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        while (!end.IsCancellationRequested)
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(endPoint, end);
                for (ReadOnlyMemory<byte> rest = bytes; rest.Length > 0;)
                {
                    rest = rest[await socket.SendAsync(rest, end)..];
                }

                await Task.Delay(Timeout.Infinite, end);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // the manager has closed it, or the test is over
            }
        }
    }
}
