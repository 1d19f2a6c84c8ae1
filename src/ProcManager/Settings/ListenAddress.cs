using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ProcManager.Settings;

/// <summary>
/// Where to listen, in one text: <c>127.0.0.1:9000</c>, <c>[::1]:9000</c>, <c>localhost:9000</c>, <c>*:9000</c>, <c>unix:/run/app.sock</c>, <c>/run/app.sock</c>, or
/// <c>fd:3</c> for a listening socket that the program was started with.
/// </summary>
internal readonly record struct ListenAddress(EndPoint? EndPoint, string? Path, int? Descriptor)
{
    internal const string Examples = "an address and a port, such as 127.0.0.1:9000, [::1]:9000 or *:9000; a unix socket, such as unix:/run/app.sock; or fd:0 for an inherited socket";

    private const string Unix = "unix:";
    private const string Inherited = "fd:";

    internal static bool TryRead(string text, out ListenAddress address)
    {
        text = text.Trim();
        if (text.StartsWith(Unix, StringComparison.OrdinalIgnoreCase))
        {
            return TryReadPath(text[Unix.Length..], out address);
        }

        if (text.StartsWith(Inherited, StringComparison.OrdinalIgnoreCase))
        {
            bool isNumber = int.TryParse(text.AsSpan(Inherited.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor);
            address = new ListenAddress(null, null, descriptor);
            return isNumber && descriptor is 0 or > 2;
        }

        return text.StartsWith('/') ? TryReadPath(text, out address) : TryReadPort(text, out address);
    }

    private static bool TryReadPath(string path, out ListenAddress address)
    {
        address = new ListenAddress(null, path, null);
        return path.Length > 0 && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\0', StringComparison.Ordinal);
    }

    private static bool TryReadPort(string text, out ListenAddress address)
    {
        address = default;
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || AddressOf(text[..colon]) is not { } host)
        {
            return false;
        }

        address = new ListenAddress(new IPEndPoint(host, port), null, null);
        return true;
    }

    // An IPv6 address needs brackets: without them its last group would be taken for the port.
    private static IPAddress? AddressOf(string host) => host switch
    {
        "*" => IPAddress.Any,
        "localhost" => IPAddress.Loopback,
        ['[', .. var inner, ']'] => IPAddress.TryParse(inner, out IPAddress? six) && six.AddressFamily == AddressFamily.InterNetworkV6 ? six : null,
        _ => host.Count(static c => c == '.') == 3 && IPAddress.TryParse(host, out IPAddress? four) && four.AddressFamily == AddressFamily.InterNetwork ? four : null,
    };
}
