using System.Buffers;
using System.Globalization;
using System.Text;

namespace ProcManager.Settings;

/// <summary>
/// Times as people write them: <c>200ms</c>, <c>30s</c>, <c>1h30m</c>, <c>7d</c>, <c>1.5s</c>, and <c>hh:mm:ss</c>. A number without a unit is refused, because readers
/// disagree on it: TimeSpan takes it for days, a person for seconds.
/// </summary>
internal static class TimeText
{
    internal const string Examples = "a time with its unit, such as 200ms, 30s, 5m, 1h30m or 7d, or hh:mm:ss";

    internal static readonly SearchValues<char> OfNumber = SearchValues.Create("0123456789.");

    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("us", TimeSpan.TicksPerMicrosecond),
    ];

    internal static bool TryRead(string text, out TimeSpan time)
    {
        text = text.Trim();
        if (text == "0")
        {
            time = TimeSpan.Zero; // the same in every unit
            return true;
        }

        return text.Contains(':', StringComparison.Ordinal)
            ? TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out time)
            : TryReadUnits(text, out time);
    }

    /// <summary>The shortest way to write it: <c>1h30m</c>.</summary>
    internal static string Of(TimeSpan time)
    {
        if (time < TimeSpan.Zero)
        {
            return time.ToString("c", CultureInfo.InvariantCulture);
        }

        var text = new StringBuilder();
        long rest = time.Ticks;
        foreach ((string name, long ticks) in Units)
        {
            if (rest / ticks is var count and > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{name}");
                rest %= ticks;
            }
        }

        return rest > 0 ? time.ToString("c", CultureInfo.InvariantCulture) : text.Length == 0 ? "0s" : text.ToString();
    }

    // Units from the largest to the smallest, each once, so that "5m30s" is read and "30s5m" or "5m5m" is taken for a typing mistake.
    private static bool TryReadUnits(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = TimeSpan.Zero;
        decimal ticks = 0;
        int next = 0;
        while (text.Length > 0)
        {
            int digits = text.IndexOfAnyExcept(OfNumber);
            int unit = digits <= 0 ? -1 : text[digits..].IndexOfAny(OfNumber) is var end and >= 0 ? digits + end : text.Length;
            if (unit < 0
                || !decimal.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
                || IndexOf(text[digits..unit].Trim(), next) is not (>= 0 and var at))
            {
                return false;
            }

            if (number > TimeSpan.MaxValue.Ticks / Units[at].Ticks)
            {
                return false;
            }

            ticks += number * Units[at].Ticks;
            next = at + 1;
            text = text[unit..];
        }

        if (next == 0 || ticks > TimeSpan.MaxValue.Ticks)
        {
            return false;
        }

        time = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    private static int IndexOf(ReadOnlySpan<char> unit, int from)
    {
        for (int at = from; at < Units.Length; at++)
        {
            if (unit.Equals(Units[at].Name, StringComparison.OrdinalIgnoreCase))
            {
                return at;
            }
        }

        return -1;
    }
}
