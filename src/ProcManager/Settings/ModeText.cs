namespace ProcManager.Settings;

/// <summary>Permissions of a file: octal digits, as chmod(1) has them, or the names of <see cref="UnixFileMode"/> with commas between.</summary>
internal static class ModeText
{
    internal const string Examples = "octal digits, such as 0660, or names with commas, such as UserRead, UserWrite";

    internal static bool TryRead(string text, out UnixFileMode mode)
    {
        text = text.Trim();
        if (text.Length > 0 && char.IsAsciiDigit(text[0]))
        {
            return TryReadOctal(text, out mode);
        }

        return Enum.TryParse(text, ignoreCase: true, out mode) && mode <= (UnixFileMode)0b111_111_111;
    }

    /// <summary>As <c>ls</c> and <c>chmod</c> write it: <c>0660</c>.</summary>
    internal static string Of(UnixFileMode mode) => "0" + Convert.ToString((int)mode, 8).PadLeft(3, '0');

    private static bool TryReadOctal(string text, out UnixFileMode mode)
    {
        mode = UnixFileMode.None;
        if (text.Length is < 3 or > 5 || text.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            return false;
        }

        mode = (UnixFileMode)Convert.ToInt32(text, 8);
        return mode <= (UnixFileMode)0b111_111_111;
    }
}
