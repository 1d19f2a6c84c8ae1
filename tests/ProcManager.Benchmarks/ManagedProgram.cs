using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace ProcManager.Benchmarks;

/// <summary>The program under measurement: answers each connection with its pid. With a count of 0 it is the same program run alone.</summary>
internal static class ManagedProgram
{
    private static readonly byte[] Buffer = new byte[4096];

    internal static int Run(int port, int count, params ReadOnlySpan<string> settings)
    {
        // No kill of an idle worker in the respawn benchmark is to look like a crash loop.
        var options = new ProcessManagerOptions { ProcessCount = count, CrashLimit = 1_000_000 };
        bool saysWhoLeads = settings.Contains(LeaderBenchmark.Setting);
        Settings.Apply(options, saysWhoLeads ? [] : settings);
        using var manager = new ProcessManager(options);
        if (saysWhoLeads)
        {
            manager.LeaderChanged += (_, _) =>
            {
                long now = Stopwatch.GetTimestamp(); // before the first use of the console, which takes its time
                Console.Error.WriteLine($"{LeaderBenchmark.Line}{now} {Environment.ProcessId}");
            };
        }

        using Socket listener = manager.Listen("http", new IPEndPoint(IPAddress.Loopback, port));
        manager.Manage();
        string body = $"{Environment.ProcessId}\n";
        byte[] answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            WarmUp(answer); // NativeAOT has nothing to compile
        }

        while (manager.Accept(listener) is { } connection)
        {
            manager.PreDispatch();
            Serve(connection, answer);
            manager.PostDispatch();
        }

        return 0;
    }

    /// <summary>As a program does that cares for its first client: it serves itself once, before it waits.</summary>
    private static void WarmUp(byte[] answer)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        client.Connect(listener.LocalEndPoint!);
        client.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Serve(listener.Accept(), answer);
    }

    private static void Serve(Socket connection, byte[] answer)
    {
        try
        {
            int length = 0;
            int read;
            while ((read = connection.Receive(Buffer.AsSpan(length))) > 0)
            {
                length += read;
                if (Buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                {
                    if (Buffer.AsSpan(0, length).StartsWith("GET /crash "u8))
                    {
                        throw new InvalidOperationException("a poison request"); // no handler has it
                    }

                    connection.Send(answer);
                    break;
                }
            }
        }
        catch (SocketException)
        {
            // the client went away
        }
        finally
        {
            connection.Dispose();
        }
    }
}
