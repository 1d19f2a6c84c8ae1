using System.Globalization;

namespace ProcManager.Diagnostics;

/// <summary>Numbers as a person writes them: <c>1 worker</c>, <c>1 h 30 min</c>, <c>231 MiB</c>.</summary>
internal static class Words
{
    private const double MiB = 1048576.0;

    /// <summary>The noun that stands behind this number.</summary>
    internal static string Of(long count, string noun) => count == 1 ? noun : noun + "s";

    internal static string Are(long count) => count == 1 ? "is" : "are";

    /// <summary>The two largest units that matter: <c>2 d 3 h</c>, <c>1 h 30 min</c>, <c>1 min 5 s</c>, <c>30 s</c>, <c>1.5 s</c>, <c>0.25 s</c>, <c>3 ms</c>.</summary>
    internal static string Time(TimeSpan time)
    {
        double seconds = Math.Max(0, time.TotalSeconds);
        if (seconds < 0.0095)
        {
            double milliseconds = Math.Round(seconds * 1000);
            return milliseconds == 0 ? "0 s" : Text($"{milliseconds} ms");
        }

        if (seconds < 59.95)
        {
            return seconds < 9.995 ? Text($"{seconds:0.##} s") : Text($"{seconds:0.#} s");
        }

        long whole = (long)Math.Round(seconds);
        return whole < 3600 ? Two(whole, 60, "min", "s")
            : Math.Round(seconds / 60) < 24 * 60 ? Two((long)Math.Round(seconds / 60), 60, "h", "min")
            : Two((long)Math.Round(seconds / 3600), 24, "d", "h");
    }

    /// <summary>Bytes in MiB, with one decimal where there is one.</summary>
    internal static string Memory(double bytes) => Text($"{bytes / MiB:0.#} MiB");

    private static string Two(long number, long size, string large, string small) =>
        number % size is > 0 and var rest ? Text($"{number / size} {large} {rest} {small}") : Text($"{number / size} {large}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
