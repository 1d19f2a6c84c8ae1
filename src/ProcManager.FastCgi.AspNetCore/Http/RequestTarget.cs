using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>
/// Where a request goes, from what the web server says about it. SCRIPT_NAME and PATH_INFO together are the path, decoded and normalised by the web
/// server, after its rewrites; DOCUMENT_URI and REQUEST_URI stand in when both are empty. PATH_INFO divides it only when it is not empty: many configurations, nginx's
/// own among them, send the whole path as SCRIPT_NAME and no PATH_INFO. A parameter PATH_BASE says outright what of the path belongs to the mount.
/// </summary>
internal readonly record struct RequestTarget(string PathBase, string Path, string QueryString, string Raw)
{
    internal static RequestTarget From(FastCgiParameters parameters)
    {
        string raw = parameters["REQUEST_URI"] ?? "";
        string rawPath = PathOf(raw);
        string script = parameters["SCRIPT_NAME"] ?? "";
        string info = parameters["PATH_INFO"] ?? "";
        string path = script + info;
        if (path.Length == 0)
        {
            path = parameters["DOCUMENT_URI"] is { Length: > 0 } document ? document : Decode(rawPath);
        }
        else if (rawPath.Contains('%', StringComparison.Ordinal) && DecodeAll(rawPath) == path)
        {
            path = Decode(rawPath); // as Kestrel decodes it: %2F is no slash
        }

        if (path.Length > 0 && path[0] != '/')
        {
            path = path == "*" ? "" : "/" + path;
        }

        int middle = Divide(path, parameters["PATH_BASE"], info.Length > 0 ? script : "");
        string? given = parameters["QUERY_STRING"];
        string query = given is { Length: > 0 } ? "?" + given
            : given is null || (path == Decode(rawPath) && parameters["PATH_BASE"] is null) ? QueryOf(raw) // left out, such as by try_files; not by a rewrite, which changes the path, too
            : "";
        if (raw.Length == 0)
        {
            raw = new PathString(path).ToUriComponent() + query;
        }

        return new RequestTarget(path[..middle], path[middle..], query, raw);
    }

    /// <summary>How much of the path is its base.</summary>
    private static int Divide(string path, string? pathBase, string script)
    {
        ReadOnlySpan<char> start = (pathBase is { Length: > 0 } ? pathBase : script).AsSpan().TrimEnd('/');
        bool divides = start.Length > 0 && path.AsSpan().StartsWith(start, StringComparison.OrdinalIgnoreCase)
            && (path.Length == start.Length || path[start.Length] == '/');
        return divides ? start.Length : 0;
    }

    private static string PathOf(string raw)
    {
        int from = raw.Length > 0 && raw[0] != '/' && raw.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme
            ? raw.IndexOf('/', scheme + 3)
            : 0;
        if (from < 0)
        {
            return "/";
        }

        int end = raw.IndexOf('?', StringComparison.Ordinal);
        return end < 0 ? raw[from..] : end < from ? "/" : raw[from..end];
    }

    private static string QueryOf(string raw) => raw.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at && at < raw.Length - 1 ? raw[at..] : "";

    private static string Decode(string path) => path.StartsWith('/') ? PathString.FromUriComponent(path).Value! : path;

    /// <summary>As web servers do it: each byte, %2F too.</summary>
    private static string DecodeAll(string path)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(path.Length));
        int length = Encoding.UTF8.GetBytes(path, bytes);
        int to = 0;
        for (int from = 0; from < length; from++)
        {
            if (bytes[from] == '%' && from + 2 < length && char.IsAsciiHexDigit((char)bytes[from + 1]) && char.IsAsciiHexDigit((char)bytes[from + 2]))
            {
                bytes[to++] = (byte)((Convert.ToInt32(((char)bytes[from + 1]).ToString(), 16) << 4) | Convert.ToInt32(((char)bytes[from + 2]).ToString(), 16));
                from += 2;
            }
            else
            {
                bytes[to++] = bytes[from];
            }
        }

        string text = Encoding.UTF8.GetString(bytes, 0, to);
        ArrayPool<byte>.Shared.Return(bytes);
        return text;
    }
}
