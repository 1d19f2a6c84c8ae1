using System.Globalization;

namespace ProcManager.Services.Keeping;

/// <summary>
/// Marks one start, in the process's environment and in the state file. The next start's mark can be told from the last one: when the state file names a process that is dead, its successor may have been started and not been
/// written down yet, and is found by that mark.
/// </summary>
internal static class StartToken
{
    private const char Separator = '.';

    internal static string New() => Guid.NewGuid().ToString("N") + Separator + "1";

    internal static string Next(string token)
    {
        string[] parts = token.Split(Separator);
        return parts.Length == 2 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? string.Create(CultureInfo.InvariantCulture, $"{parts[0]}{Separator}{number + 1}")
            : "";
    }

    /// <summary>The state file says enough for a later keeper to find the process of the next start.</summary>
    internal static bool IsNextKnown(StoredState? stored, string token) => stored is { Phase: StoredPhase.Running } && stored.Token == token && Next(token).Length > 0;
}
