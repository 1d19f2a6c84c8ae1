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

    /// <summary>A line of a program of ours: its characters stay, but not those that move a terminal's cursor.</summary>
    internal static string OfLine(string line)
    {
        line = line.TrimEnd('\r');
        return line.Any(static c => char.IsControl(c) && c != '\t')
            ? string.Concat(line.Select(static c => char.IsControl(c) && c != '\t' ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}") : c.ToString()))
            : line;
    }

    // Also what breaks a line, or turns the direction of writing, without being a control character.
    private static bool IsDangerous(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
