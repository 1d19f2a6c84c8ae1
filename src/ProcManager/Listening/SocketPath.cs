using System.Net.Sockets;
using System.Text;

namespace ProcManager.Listening;

/// <summary>The path of a unix socket: an address has room for 108 bytes, of which the last is a zero.</summary>
internal static class SocketPath
{
    private const int MaxBytes = 107;

    /// <summary>The end point of a path that comes from a setting.</summary>
    internal static UnixDomainSocketEndPoint EndPoint(string setting, string path) => Encoding.UTF8.GetByteCount(path) is > 0 and <= MaxBytes
        ? new UnixDomainSocketEndPoint(path)
        : throw new ProcManagerException(Refusal(setting, path));

    internal static string Refusal(string what, string path) => $"{what} is '{path}', which has {Encoding.UTF8.GetByteCount(path)} bytes; allowed for the path of a socket: 1 to {MaxBytes}.";

    /// <summary>The message for a <see cref="UnixDomainSocketEndPoint"/> exception about a path that is too long; null for another exception.</summary>
    internal static string? Refusal(ArgumentOutOfRangeException exception) =>
        exception is { ParamName: "path", ActualValue: string path } && exception.StackTrace?.Contains($"{typeof(UnixDomainSocketEndPoint).FullName}..ctor", StringComparison.Ordinal) == true
            ? Refusal("A socket's path", path)
            : null;
}
