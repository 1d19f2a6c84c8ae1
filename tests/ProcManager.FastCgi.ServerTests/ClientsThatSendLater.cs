using System.Diagnostics;
using System.Net.Sockets;
using ProcManager.FastCgi.ComponentTests.Infrastructure;
using ProcManager.FastCgi.ServerTests.Infrastructure;
using Xunit.Abstractions;

namespace ProcManager.FastCgi.ServerTests;

/// <summary>Clients that connect together and say what they want a moment later.</summary>
[Trait("Row", "A4.3")]
public class ClientsThatSendLater(ITestOutputHelper output)
{
    private const int Workers = 4;
    private const int Bursts = 20;

    // Within this time of its connect each must have sent. Clients that take longer, as on a busy machine, do not count.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1.5);

    [Fact]
    public async Task None_waits_behind_another_while_a_worker_is_idle()
    {
        using var folder = new TempFolder();
        string socket = folder.File("app.sock");
        await using Managed app = await FastCgiPrograms.OnSocket(output, FastCgiPrograms.TestApp, socket, $"--ProcessManager:ProcessCount={Workers}");
        int counted = 0;
        for (int burst = 0; counted < Bursts; burst++)
        {
            burst.Should().BeLessThan(50 * Bursts, "sooner or later the clients are fast enough");
            string file = folder.File($"go{burst}");
            Socket[] clients = [.. Enumerable.Range(0, Workers).Select(static _ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))];
            TimeSpan took = ConnectAndSend(clients, socket, [.. Enumerable.Range(0, Workers).Select(i => Hold(file, i))]);
            int Begun() => Enumerable.Range(0, Workers).Count(i => File.Exists($"{file}-{i}.begun"));
            try
            {
                if (took < Moment)
                {
                    counted++;
                    await Until.True(() => Begun() == Workers, $"each worker has one of the requests of burst {burst}", 10);
                }
            }
            finally
            {
                for (int i = 0; i < Workers; i++)
                {
                    await File.WriteAllTextAsync($"{file}-{i}", "");
                }
            }

            foreach (Socket client in clients)
            {
                await ReadToEnd(client);
            }
        }
    }

    private static TimeSpan ConnectAndSend(Socket[] clients, string socket, byte[][] requests)
    {
        var to = new UnixDomainSocketEndPoint(socket);
        long begin = Stopwatch.GetTimestamp();
        foreach (Socket client in clients)
        {
            client.Connect(to);
        }

        long connected = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(connected) < TimeSpan.FromMicroseconds(300))
        {
            Thread.SpinWait(20);
        }

        for (int i = 0; i < clients.Length; i++)
        {
            clients[i].Send(requests[i]);
        }

        return Stopwatch.GetElapsedTime(begin);
    }

    private static byte[] Hold(string file, int i) => Wire.Request(pairs: [("SCRIPT_NAME", "/hold"), ("QUERY_STRING", $"file={file}-{i}")]);

    private static async Task ReadToEnd(Socket client)
    {
        using (client)
        {
            byte[] buffer = new byte[1000];
            while (await client.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(20)) > 0)
            {
            }
        }
    }
}
