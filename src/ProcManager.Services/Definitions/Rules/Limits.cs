namespace ProcManager.Services.Definitions.Rules;

/// <summary>The limits that the documentation of the options tells.</summary>
internal static class Limits
{
    internal const long MinLogSize = 4 * 1024;
    internal const long MinSnapshotSize = 64 * 1024;
    internal const long MaxSize = 1L << 40;
    internal const int MaxNameLength = 64;
    internal const int MaxCount = 1000;
    internal const int MaxLogs = 100;
    internal const int MinHttpStatus = 100;
    internal const int MaxHttpStatus = 599;

    internal static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);
    internal static readonly TimeSpan TenthOfASecond = TimeSpan.FromMilliseconds(100);
    internal static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan HalfAMinute = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    internal static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    internal static readonly TimeSpan Day = TimeSpan.FromDays(1);
    internal static readonly TimeSpan Week = TimeSpan.FromDays(7);
}
