using System.Net;
using System.Net.Sockets;

namespace ProcManager.FastCgi.ServerTests.Infrastructure;

/// <summary>Ports for programs that cannot choose one themselves.</summary>
internal static class Ports
{
    private static readonly HashSet<int> Taken = [];

    /// <summary>One that nobody has now; below those the kernel hands out for connections, so nobody gets it by chance.</summary>
    internal static int Free()
    {
        while (true)
        {
            int port = Random.Shared.Next(20_000, 32_000);
            lock (Taken)
            {
                if (!Taken.Add(port))
                {
                    continue;
                }
            }

            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }

    internal static async Task Open(int port, Managed server)
    {
        Task failed = server.Exit(60);
        await Until.True(
            async () =>
            {
                if (failed.IsCompleted)
                {
                    throw new InvalidOperationException("The web server has ended; see its log.");
                }

                try
                {
                    using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                    await probe.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            $"the web server listens on port {port}");
        _ = failed.ContinueWith(static t => t.Exception, TaskScheduler.Default);
    }
}
