using System.Globalization;

namespace ProcManager.FastCgi.AspNetCore.Http;

/// <summary>Identifiers that no other worker of this pool gives: the process and a count.</summary>
internal static class RequestNumber
{
    private static readonly string Prefix = $"{Environment.ProcessId:X}-{Environment.TickCount64 & 0xffffff:X}:";

    private static long _last;

    internal static string Next() => Prefix + Interlocked.Increment(ref _last).ToString("X", CultureInfo.InvariantCulture);
}
