using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcManager.Benchmarks;

/// <summary>Which checks 200 services have: so many of a hundred of each kind.</summary>
internal sealed record CheckMix(string Name, int PidFile, int Executable, int Tcp, int Unix, int Http, bool HasTarget = false)
{
    internal static IReadOnlyList<CheckMix> All { get; } =
    [
        new("mixed", 40, 10, 30, 10, 10, HasTarget: true),
        new("pid files", 100, 0, 0, 0, 0),
        new("executables", 0, 100, 0, 0, 0),
        new("TCP ports", 0, 0, 100, 0, 0),
        new("unix sockets", 0, 0, 0, 100, 0),
        new("HTTP", 0, 0, 0, 0, 100),
    ];

    /// <summary>How many of so many services are asked by a connection.</summary>
    internal int Connects(int services) => services * (Tcp + Unix + Http) / 100;
}

/// <summary>What the checks look at: this process, and three listeners of its own.</summary>
internal sealed class CheckTargets : IDisposable
{
    private static readonly byte[] Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n");

    private readonly string _pidFile = Path.Combine(Programs.Folder, "target.pid");
    private readonly string _socketFile = Path.Combine(Programs.Folder, "target.sock");
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _http = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private long _connections;

    internal CheckTargets()
    {
        File.WriteAllText(_pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        Listen(_tcp, new IPEndPoint(IPAddress.Loopback, 0), answers: false);
        Listen(_unix, new UnixDomainSocketEndPoint(_socketFile), answers: false);
        Listen(_http, new IPEndPoint(IPAddress.Loopback, 0), answers: true);
    }

    internal long Connections => Interlocked.Read(ref _connections);

    /// <summary>A services.json.</summary>
    internal string Definitions(CheckMix mix, int services)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $$"""{ "folder": "{{Path.Combine(Programs.Folder, "keep-" + Guid.NewGuid().ToString("N"))}}", "services": {""");
        for (int i = 0; i < services; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""{{(i > 0 ? "," : "")}} "s{{i}}": { "start": "exit 1", "interval": "1s", "check": { {{Check(mix, i % 100)}} } }""");
        }

        return text.Append("} }").ToString();
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _unix.Dispose();
        _http.Dispose();
    }

    private string Check(CheckMix mix, int place)
    {
        string program = Environment.ProcessPath!;
        return place < mix.PidFile ? $"\"pidFile\": \"{_pidFile}\", \"executable\": \"{program}\""
            : (place -= mix.PidFile) < mix.Executable ? $"\"executable\": \"{program}\""
            : (place -= mix.Executable) < mix.Tcp ? $"\"tcp\": \"{_tcp.LocalEndPoint}\""
            : place - mix.Tcp < mix.Unix ? $"\"unix\": \"{_socketFile}\""
            : $"\"http\": \"http://{_http.LocalEndPoint}/\"";
    }

    private void Listen(Socket socket, EndPoint address, bool answers)
    {
        socket.Bind(address);
        socket.Listen(512);
        new Thread(() => Serve(socket, answers)) { IsBackground = true }.Start();
    }

    private void Serve(Socket listener, bool answers)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                using Socket client = listener.Accept();
                _ = Interlocked.Increment(ref _connections);
                if (answers && client.Receive(buffer) > 0)
                {
                    _ = client.Send(Answer);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed at the end.
        }
    }
}
