using System.Globalization;

namespace ProcManager.Services.Keeping;

/// <summary>
/// Marks one start, in the process's environment and in the state file: a row of starts and a number in it. When the state file names a process that is dead, a later start may not be written down (yet), and its process is found
/// by the same row and a higher number.
/// </summary>
internal static class StartToken
{
    private const char Separator = '.';

    /// <summary>The mark of the start after this one; the first of a new row when there was none.</summary>
    internal static string Next(string token) => Write(Read(token) is { } last ? (last.Row, last.Number + 1) : (Guid.NewGuid().ToString("N"), 1));

    /// <summary>The token marks a later start of the same row.</summary>
    internal static bool IsLater(string token, string before) => Read(token) is { } one && Read(before) is { } other && one.Row == other.Row && one.Number > other.Number;

    /// <summary>The number in the row; 0: it is no token.</summary>
    internal static long Number(string token) => Read(token)?.Number ?? 0;

    /// <summary>The state file says enough for a later keeper to find the process of the start after this one. While the file cannot be written it stays behind, in the same row.</summary>
    internal static bool IsNextKnown(StoredState? stored, string token) => stored is { Phase: StoredPhase.Running } && Read(token) is not null && (stored.Token == token || IsLater(token, stored.Token));

    private static (string Row, long Number)? Read(string token)
    {
        string[] parts = token.Split(Separator);
        return parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? (parts[0], number) : null;
    }

    private static string Write((string Row, long Number) token) => string.Create(CultureInfo.InvariantCulture, $"{token.Row}{Separator}{token.Number}");
}
