using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>Request headers from the parameters HTTP_…, CONTENT_TYPE and CONTENT_LENGTH.</summary>
internal static class RequestHeaders
{
    // Found without making a string; others are made. Headers are found whatever their case is, so this is only for the eye.
    private static readonly Dictionary<string, string> Names = Known();

    private static readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ByName = Names.GetAlternateLookup<ReadOnlySpan<char>>();

    internal static HeaderDictionary From(FastCgiParameters parameters, long? contentLength)
    {
        var headers = new HeaderDictionary(parameters.Count);
        for (int i = 0; i < parameters.Count; i++)
        {
            ReadOnlySpan<byte> name = parameters.NameAt(i);
            if (name.Length > 5 && name.StartsWith("HTTP_"u8) && !name.SequenceEqual("HTTP_CONTENT_LENGTH"u8) && !name.SequenceEqual("HTTP_CONTENT_TYPE"u8))
            {
                headers[NameOf(name[5..])] = Encoding.UTF8.GetString(parameters.ValueAt(i));
            }
        }

        if (StringValues.IsNullOrEmpty(headers[HeaderNames.Host]) && HostOf(parameters) is { } host)
        {
            headers[HeaderNames.Host] = host;
        }

        if (parameters.TryGetBytes("CONTENT_TYPE"u8, out ReadOnlySpan<byte> type) && type.Length > 0)
        {
            headers[HeaderNames.ContentType] = Encoding.UTF8.GetString(type);
        }

        if (contentLength is { } length)
        {
            headers.ContentLength = length;
            headers.Remove(HeaderNames.TransferEncoding); // how the client sent it to the web server
        }

        return headers;
    }

    // HTTP/2 and HTTP/3 have no header Host, and not every web server makes one of :authority.
    private static string? HostOf(FastCgiParameters parameters)
    {
        if (parameters["SERVER_NAME"] is not { Length: > 0 } name || name == "_") // nginx's name for any name
        {
            name = parameters["SERVER_ADDR"] ?? "";
        }

        if (name.Length == 0)
        {
            return null;
        }

        bool isHttps = parameters["HTTPS"] is { Length: > 0 } https && !https.Equals("off", StringComparison.OrdinalIgnoreCase)
            || parameters["REQUEST_SCHEME"] == "https";
        string host = name.Contains(':', StringComparison.Ordinal) && name[0] != '[' ? $"[{name}]" : name;
        return parameters["SERVER_PORT"] is { Length: > 0 } port && port != (isHttps ? "443" : "80") ? $"{host}:{port}" : host;
    }

    private static string NameOf(ReadOnlySpan<byte> name)
    {
        Span<char> text = name.Length <= 256 ? stackalloc char[name.Length] : new char[name.Length];
        for (int i = 0; i < name.Length; i++)
        {
            text[i] = (char)name[i];
        }

        return ByName.TryGetValue(text, out string? known) ? known : Make(text);
    }

    /// <summary>ACCEPT_LANGUAGE: Accept-Language.</summary>
    private static string Make(Span<char> name)
    {
        bool first = true;
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = name[i] == '_' ? '-' : first ? name[i] : char.ToLowerInvariant(name[i]);
            first = name[i] == '-';
        }

        return new string(name);
    }

    private static Dictionary<string, string> Known()
    {
        string[] names =
        [
            HeaderNames.Accept, HeaderNames.AcceptCharset, HeaderNames.AcceptEncoding, HeaderNames.AcceptLanguage, HeaderNames.AccessControlRequestHeaders,
            HeaderNames.AccessControlRequestMethod, HeaderNames.Authorization, HeaderNames.CacheControl, HeaderNames.Connection, HeaderNames.Cookie,
            HeaderNames.CorrelationContext, HeaderNames.DNT, HeaderNames.Expect, HeaderNames.From, HeaderNames.Host, HeaderNames.IfMatch, HeaderNames.IfModifiedSince,
            HeaderNames.IfNoneMatch, HeaderNames.IfRange, HeaderNames.IfUnmodifiedSince, HeaderNames.KeepAlive, HeaderNames.Origin, HeaderNames.Pragma,
            HeaderNames.Range, HeaderNames.Referer, HeaderNames.RequestId, HeaderNames.SecWebSocketKey, HeaderNames.SecWebSocketProtocol, HeaderNames.SecWebSocketVersion,
            HeaderNames.TE, HeaderNames.TraceParent, HeaderNames.TraceState, HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.UpgradeInsecureRequests,
            HeaderNames.UserAgent, HeaderNames.Via, HeaderNames.XRequestedWith, "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Sec-CH-UA",
            "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform", "Priority", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "X-Request-ID",
        ];
        return names.ToDictionary(static n => n.ToUpper(CultureInfo.InvariantCulture).Replace('-', '_'), StringComparer.Ordinal);
    }
}
