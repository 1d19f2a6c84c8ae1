using System.Net.Sockets;
using System.Text;

namespace ProcManager.Services.Tests.Tool;

/// <summary>Answers each line on a keeper's control socket with the same result.</summary>
internal sealed class FakeKeeper : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    internal FakeKeeper(string folder, string result)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(folder + "/keeper.sock"));
        _listener.Listen();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync();
                _ = Serve(client, folder, result);
            }
        });
    }

    private static async Task Serve(Socket client, string folder, string result)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"procmanager":1,"keeper":"{{folder}}","pid":{{Environment.ProcessId}}}""" + "\n"));
            while (await reader.ReadLineAsync() is not null)
            {
                await stream.WriteAsync(Encoding.UTF8.GetBytes($$"""{"ok":true,"result":{{result}}}""" + "\n"));
            }
        }
        catch (IOException)
        {
            // it has only looked whether there is a keeper
        }
    }

    public void Dispose() => _listener.Dispose();
}
