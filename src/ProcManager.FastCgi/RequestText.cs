using System.Text;

namespace ProcManager.FastCgi;

/// <summary>What a request is, for the scoreboard and the watchdog's line: method and target, as far as they are shown.</summary>
internal static class RequestText
{
    internal static string Of(FastCgiParameters parameters)
    {
        Span<byte> text = stackalloc byte[64];
        int length = 0;
        if (parameters.TryGetBytes("REQUEST_METHOD"u8, out ReadOnlySpan<byte> method) && method.Length < 32)
        {
            method.CopyTo(text);
            text[method.Length] = (byte)' ';
            length = method.Length + 1;
        }

        if (parameters.TryGetBytes("REQUEST_URI"u8, out ReadOnlySpan<byte> uri))
        {
            ReadOnlySpan<byte> part = uri[..Math.Min(uri.Length, text.Length - length)];
            part.CopyTo(text[length..]);
            length += part.Length;
        }

        return Encoding.UTF8.GetString(text[..length]);
    }
}
