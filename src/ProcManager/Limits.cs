namespace ProcManager;

/// <summary>The numbers that options are checked against.</summary>
internal static class Limits
{
    internal const int MaxProcessCount = 2048;

    /// <summary>Slots of the scoreboard: the workers, their surge in a reload, and those on their way out.</summary>
    internal const int MaxSlots = 3 * MaxProcessCount;

    internal const int MaxCrashLimit = 1_000_000;

    internal const int MaxTitleLength = 64;

    internal static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10);

    internal static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    internal static readonly TimeSpan Day = TimeSpan.FromHours(24);
}
