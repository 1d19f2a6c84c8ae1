using System.Net.Sockets;
using System.Text;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>A control socket whose answers the test chooses: a greeting, and then the same lines for each line that comes.</summary>
internal sealed class FakeManager : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _clients = [];

    /// <param name="path">Where the socket is; its folder is made.</param>
    /// <param name="greeting">Null: it never takes a connection.</param>
    /// <param name="answer">What is sent for each line of a client.</param>
    internal FakeManager(string path, string? greeting, string answer = "")
    {
        Path = path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(greeting is null ? 0 : 8);
        if (greeting is not null)
        {
            new Thread(() => Accept(greeting, answer)) { IsBackground = true }.Start();
        }
    }

    internal string Path { get; }

    internal static string Greeting(int pid) => $$"""{"procmanager":1,"library":"0.1.0","program":"shop","pid":{{pid}},"started":"2026-11-27T14:00:00.0000000+00:00"}""";

    /// <summary>Connects until no more clients fit into the queue.</summary>
    internal void FillQueue()
    {
        while (true)
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            _clients.Add(client);
            try
            {
                client.Connect(new UnixDomainSocketEndPoint(Path));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.WouldBlock)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_clients)
        {
            _clients.ForEach(static c => c.Dispose());
        }
    }

    private void Accept(string greeting, string answer)
    {
        try
        {
            while (true)
            {
                Socket client = _listener.Accept();
                lock (_clients)
                {
                    _clients.Add(client);
                }

                new Thread(() => Serve(client, greeting, answer)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // disposed
        }
    }

    private static void Serve(Socket client, string greeting, string answer)
    {
        try
        {
            client.Send(Encoding.UTF8.GetBytes(greeting + "\n"));
            byte[] line = new byte[1024];
            while (client.Receive(line) > 0)
            {
                client.Send(Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the client has gone
        }
    }
}
