using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ProcManager.Posix;

namespace ProcManager.Listening;

/// <summary>A listener for the log: where clients connect, and who may.</summary>
internal static class ListenerText
{
    /// <summary><c>127.0.0.1:8080</c>, <c>unix:/run/app.sock</c>, or <c>unix:@name</c> for a name without a file.</summary>
    internal static string Address(Socket socket) => socket.LocalEndPoint switch
    {
        UnixDomainSocketEndPoint => $"unix:{Path(socket)}",
        IPEndPoint ip => ip.ToString(),
        var other => other?.ToString() ?? "an unknown address",
    };

    /// <summary>What a web server's operator has to know of a socket file: <c>mode 0660, www-data:www-data</c>. Null for a listener without a file.</summary>
    internal static string? Access(Socket socket) =>
        socket.LocalEndPoint is UnixDomainSocketEndPoint && FileIdentity.OfPath(Path(socket)) is { IsSocket: true } file
            ? string.Create(CultureInfo.InvariantCulture, $"mode {Octal(file.Mode)}, {AccountNames.OfUser(file.Owner)}:{AccountNames.OfGroup(file.Group)}")
            : null;

    // As it was bound, a path may be relative to a directory in which the process is no longer.
    private static string Path(Socket socket) => (socket as UnixListener)?.Path ?? socket.LocalEndPoint!.ToString()!;

    private static string Octal(int mode) => Convert.ToString(mode & 0xfff, 8).PadLeft(4, '0');
}
