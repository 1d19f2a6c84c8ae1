using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace ProcManager.ProcessTests.Infrastructure;

/// <summary>The end of sd_notify(3) that systemd has: what a service says of itself, message by message.</summary>
internal sealed class ServiceManager : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly LineLog _log = new();
    private readonly string _path;
    private int _heard;

    internal ServiceManager(string path)
    {
        _path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
        _ = Pump();
    }

    internal Dictionary<string, string?> Environment => new() { ["NOTIFY_SOCKET"] = _path };

    /// <summary>Each with a bar for the end of a line.</summary>
    internal IReadOnlyList<string> Messages => _log.Lines;

    /// <summary>The next message that looks like this; those before it are passed over.</summary>
    internal async Task<string> Hears(string pattern, int seconds = 30)
    {
        _ = await _log.Find(pattern, _heard, seconds);
        IReadOnlyList<string> lines = _log.Lines;
        int at = Enumerable.Range(_heard, lines.Count - _heard).First(i => Regex.IsMatch(lines[i], pattern));
        _heard = at + 1;
        return lines[at];
    }

    public void Dispose() => _socket.Dispose();

    private async Task Pump()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int length = await _socket.ReceiveAsync(buffer);
                _log.Add(Encoding.UTF8.GetString(buffer, 0, length).Replace('\n', '|'));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the end of the test
        }
    }
}
