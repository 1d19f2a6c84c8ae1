using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Win32.SafeHandles;

namespace ProcManager.TestWorker;

/// <summary>A host that accepts by itself in the manager, on a socket that the library knows nothing of, and hands each connection over with some data.</summary>
internal static class Dispatching
{
    internal static Socket? Own { get; private set; }

    internal static void Begin(ProcessManager manager, IConfiguration configuration)
    {
        if (configuration["dispatch"] is not { } data)
        {
            return;
        }

        Own = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Own.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Own.Listen(1024);
        manager.Started += (_, _) => new Thread(() => Accept(manager, data)) { IsBackground = true }.Start();
    }

    /// <summary>What cannot be handed over.</summary>
    internal static void Misuse(ProcessManager manager, string what)
    {
        using SafeFileHandle file = File.OpenHandle("/dev/null");
        _ = manager.Dispatch(file, what == "much" ? new byte[65_537] : default);
    }

    /// <summary>A host's thread that accepts knows nothing of the end of the pool.</summary>
    internal static void AfterTheEnd(ProcessManager manager)
    {
        if (Own is not null)
        {
            using var late = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Console.WriteLine($"dispatch after the end: {manager.Dispatch(late)}");
        }
    }

    private static void Accept(ProcessManager manager, string data)
    {
        while (true)
        {
            Socket connection = Own!.AcceptAsync().GetAwaiter().GetResult(); // a connection of this kind is non-blocking
            bool taken = data == "none" ? manager.Dispatch(connection) : manager.Dispatch(connection.SafeHandle, Encoding.UTF8.GetBytes(data == "much" ? new string('x', 65_536) : data));
            if (!taken)
            {
                Console.WriteLine("dispatch refused");
                connection.Send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nX-Pid: 0\r\nX-Slot: 0\r\n\r\n"u8);
                connection.Dispose();
            }
        }
    }
}
