using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ProcManager.Listening;
using ProcManager.Status;

namespace ProcManager.Services.Status;

/// <summary>Opens the status page of a keeper.</summary>
internal static class KeeperStatusPage
{
    /// <summary>Binds the socket; nothing is answered before the server is started. Null: no page is wanted.</summary>
    /// <exception cref="ProcManagerException">The address cannot be used.</exception>
    internal static StatusServer? Bind(ServiceKeeper keeper, StatusOptions options, ILogger log)
    {
        if (ProcessManager.StatusEndPoint(options) is not { } endPoint)
        {
            return null;
        }

        const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        Socket listener = Binder.Bind("status", endPoint, new ListenOptions { Mode = OwnerAndGroup });
        var content = new KeeperStatus(keeper);
        ProcManager.Diagnostics.StatusLog.Serves(log, endPoint is not IPEndPoint ? ListenerText.Address(listener) : $"http://{ListenerText.Address(listener)}/");
        return new StatusServer(listener, content, new StatusAnswers(content, options.Token, endPoint is IPEndPoint && options.Token is null), log);
    }
}
