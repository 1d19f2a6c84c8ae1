using Microsoft.Extensions.Logging;
using ProcManager.Systemd;

namespace ProcManager.Tool.Keeping;

/// <summary>Tells systemd that the keeper runs, and that it stops, when the unit says <c>Type=notify</c>.</summary>
internal sealed class NotifyWhileRunning : IDisposable
{
    private readonly NotifySocket? _socket;

    internal NotifyWhileRunning(ILogger log)
    {
        _socket = NotifySocket.Find(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), log);
        _socket?.Send("READY=1");
    }

    internal void Stopping() => _socket?.Send("STOPPING=1");

    public void Dispose()
    {
        // a datagram needs no end
    }
}
