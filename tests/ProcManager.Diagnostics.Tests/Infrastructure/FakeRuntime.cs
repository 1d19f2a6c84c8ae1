using System.Net.Sockets;

namespace ProcManager.Diagnostics.Tests.Infrastructure;

/// <summary>A diagnostics port that says what a runtime should never say. It stands where the port of the process would be.</summary>
internal sealed class FakeRuntime : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private Task _serving = Task.CompletedTask;

    internal FakeRuntime(int pid)
    {
        _path = Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{pid}-1-socket");
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        _listener.Listen();
    }

    /// <summary>Done, and the number of the trace is 7.</summary>
    internal static byte[] Started => Message(command: 0x00, [7, 0, 0, 0, 0, 0, 0, 0]);

    internal static byte[] UnknownCommand => Message(command: 0xFF, [0x85, 0x13, 0x13, 0x80]);

    /// <summary>The same answer for whoever comes; the connection stays open unless it is to be closed.</summary>
    internal void Answer(byte[] bytes, bool thenClose = false) => _serving = Serve(bytes, thenClose);

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _serving;
        File.Delete(_path);
    }

    private async Task Serve(byte[] bytes, bool thenClose)
    {
        var open = new List<Socket>();
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptAsync();
                open.Add(connection);
                await connection.ReceiveAsync(new byte[1000]);
                await connection.SendAsync(bytes);
                if (thenClose)
                {
                    connection.Shutdown(SocketShutdown.Both);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            open.ForEach(static c => c.Dispose());
        }
    }

    /// <summary>A name of 14 bytes, the length of all, the set (an answer), the command, two bytes for later.</summary>
    private static byte[] Message(byte command, byte[] content) => [.. "DOTNET_IPC_V1\0"u8, (byte)(20 + content.Length), 0, 0xFF, command, 0, 0, .. content];
}
