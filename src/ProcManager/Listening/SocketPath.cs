using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProcManager.Listening;

/// <summary>The path of a unix socket: an address has room for 108 bytes, of which the last is a zero.</summary>
internal static class SocketPath
{
    private const int MaxBytes = 107;

    /// <summary>The end point of a path that was checked; <paramref name="setting"/> names where the path comes from.</summary>
    internal static UnixDomainSocketEndPoint EndPoint(string setting, string path)
    {
        Check(setting, path);
        return new UnixDomainSocketEndPoint(path);
    }

    internal static void Check(string setting, EndPoint endPoint)
    {
        if (endPoint is UnixDomainSocketEndPoint && endPoint.ToString() is { Length: > 0 } path && path[0] != '@')
        {
            Check(setting, path);
        }
    }

    private static void Check(string setting, string path)
    {
        if (path.Length == 0 || Encoding.UTF8.GetByteCount(path) > MaxBytes)
        {
            throw new ProcManagerException($"{setting} is '{path}', a socket path of {Encoding.UTF8.GetByteCount(path)} bytes; allowed: 1 to {MaxBytes}.");
        }
    }
}
