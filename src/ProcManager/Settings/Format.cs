using System.Globalization;

namespace ProcManager.Settings;

/// <summary>How a value of one type is written in a configuration.</summary>
/// <param name="Allowed">What may be written, for the message about a value that cannot be read.</param>
/// <param name="TryRead">Reads a text.</param>
internal sealed record Format<T>(string Allowed, Format<T>.Reader TryRead)
{
    internal delegate bool Reader(string text, out T value);
}

/// <summary>The formats that options have.</summary>
internal static class Formats
{
    private const string OrOff = ", or off";

    internal static Format<TimeSpan> Time { get; } = new(TimeText.Examples, TimeText.TryRead);

    internal static Format<long> Size { get; } = new(SizeText.Examples, SizeText.TryRead);

    internal static Format<UnixFileMode> Mode { get; } = new(ModeText.Examples, ModeText.TryRead);

    internal static Format<int> Number { get; } = new("a whole number", TryReadNumber);

    internal static Format<bool> Switch { get; } = new("true or false", TryReadSwitch);

    /// <summary>A time limit whose zero means that there is none.</summary>
    internal static Format<TimeSpan> TimeLimit { get; } = ZeroWhenOff(Time);

    /// <summary>A limit of bytes whose zero means that there is none.</summary>
    internal static Format<long> SizeLimit { get; } = ZeroWhenOff(Size);

    /// <summary>A choice of names; several with commas when they are flags.</summary>
    internal static Format<T> Choice<T>()
        where T : struct, Enum
    {
        return new(string.Join(", ", Enum.GetNames<T>()), TryReadChoice);

        // Enum.TryParse takes numbers too, which say nothing to a reader and may be no choice at all.
        static bool TryReadChoice(string text, out T value)
        {
            value = default;
            return !text.AsSpan().ContainsAnyInRange('0', '9') && Enum.TryParse(text, ignoreCase: true, out value);
        }
    }

    /// <summary>The same, and an empty value or "off" for null.</summary>
    internal static Format<T?> OrNull<T>(Format<T> format)
        where T : struct => new(
            format.Allowed + OrOff,
            (string text, out T? value) =>
            {
                value = null;
                if (IsOff(text))
                {
                    return true;
                }

                bool isRead = format.TryRead(text, out T read);
                value = isRead ? read : null;
                return isRead;
            });

    /// <summary>A text, and an empty value for null.</summary>
    internal static Format<string?> TextOrNull { get; } = new(
        "a text, or nothing",
        static (string text, out string? value) =>
        {
            value = text.Length == 0 ? null : text;
            return true;
        });

    /// <summary>A text, and an empty value or "off" for null.</summary>
    internal static Format<string?> TextOrOff { get; } = new(
        "a text" + OrOff,
        static (string text, out string? value) =>
        {
            value = IsOff(text) ? null : text;
            return true;
        });

    private static Format<T> ZeroWhenOff<T>(Format<T> format)
        where T : struct => new(format.Allowed + OrOff, (string text, out T value) =>
        {
            value = default;
            return IsOff(text) || format.TryRead(text, out value);
        });

    private static bool IsOff(string text) => text.AsSpan().Trim() is "" || text.AsSpan().Trim().Equals("off", StringComparison.OrdinalIgnoreCase);

    private static bool TryReadNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryReadSwitch(string text, out bool value) => bool.TryParse(text, out value);
}
