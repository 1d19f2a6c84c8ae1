using System.Globalization;

namespace ProcManager.Settings;

/// <summary>
/// Numbers of bytes as people write them: <c>200MiB</c>, <c>1.5GB</c>, <c>64K</c>, or digits alone. K, M, G and T alone are powers of 1024, as systemd and php-fpm take them;
/// KB, MB, GB and TB are powers of 1000.
/// </summary>
internal static class SizeText
{
    internal const string Examples = "a number of bytes, such as 200MiB, 1.5GB or 209715200";

    private const long KiB = 1024;
    private const long KB = 1000;

    private static readonly (string Name, long Bytes)[] Units =
    [
        ("", 1), ("B", 1),
        ("K", KiB), ("KiB", KiB), ("KB", KB),
        ("M", KiB * KiB), ("MiB", KiB * KiB), ("MB", KB * KB),
        ("G", KiB * KiB * KiB), ("GiB", KiB * KiB * KiB), ("GB", KB * KB * KB),
        ("T", KiB * KiB * KiB * KiB), ("TiB", KiB * KiB * KiB * KiB), ("TB", KB * KB * KB * KB),
    ];

    internal static bool TryRead(string text, out long bytes)
    {
        text = text.Trim();
        bytes = 0;
        int digits = text.AsSpan().IndexOfAnyExcept(TimeText.OfNumber);
        string unit = digits < 0 ? "" : text[digits..].Trim();
        if (digits == 0 || !decimal.TryParse(digits < 0 ? text : text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
        {
            return false;
        }

        foreach ((string name, long size) in Units)
        {
            if (unit.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                if (number > long.MaxValue / size || (size == 1 && number != decimal.Truncate(number)))
                {
                    return false;
                }

                bytes = (long)(number * size);
                return true;
            }
        }

        return false;
    }
}
