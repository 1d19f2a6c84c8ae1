using System.Net.Sockets;

namespace ProcManager.WeatherTests.Infrastructure;

/// <summary>Plays dotnet-trace, which starts a program suspended, and lets the processes go on that come to its port one after the other.</summary>
internal sealed class DiagnosticTool : IDisposable
{
    // DOTNET_IPC_V1, 20 bytes in all, command set 4 (process), command 1 (resume), reserved.
    private static readonly byte[] Resume = [.. "DOTNET_IPC_V1\0"u8, 20, 0, 4, 1, 0, 0];
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private readonly List<Socket> _connections = [];
    private int _seen;

    internal DiagnosticTool(TempFolder folder)
    {
        _path = folder.File("trace.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
    }

    internal string Ports => $"{_path},suspend";

    /// <summary>How many processes came.</summary>
    internal int Seen => Volatile.Read(ref _seen);

    /// <summary>Lets the first process go on, and no other one: the tool traces the program that it has started.</summary>
    internal async Task ResumeTheFirst()
    {
        Socket connection = await _listener.AcceptAsync();
        _connections.Add(connection);
        Interlocked.Increment(ref _seen);
        await connection.ReceiveAsync(new byte[34]); // its advertisement
        await connection.SendAsync(Resume);
        _ = CountMore();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _connections.ForEach(static c => c.Dispose());
    }

    private async Task CountMore()
    {
        try
        {
            while (true)
            {
                _connections.Add(await _listener.AcceptAsync());
                Interlocked.Increment(ref _seen);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the end
        }
    }
}
