using System.Globalization;
using System.Text;

namespace ProcManager.Diagnostics;

/// <summary>Text of a stranger for a line of the log: control characters as escapes, so that no request can write lines of its own.</summary>
internal static class Printable
{
    internal static string Of(string text)
    {
        if (!text.Any(IsDangerous))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = IsDangerous(c) ? safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : safe.Append(c);
        }

        return safe.ToString();
    }

    // Also what breaks a line, or turns the direction of writing, without being a control character.
    private static bool IsDangerous(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
