namespace ProcManager.Settings;

/// <summary>Finds the option that a typing mistake meant.</summary>
internal static class KnownNames
{
    /// <summary>The nearest of the known names; null: none is near.</summary>
    internal static string? Nearest(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        int least = 2 + Math.Min(2, name.Length / 3);
        foreach (string candidate in known)
        {
            int distance = Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < least)
            {
                (nearest, least) = (candidate, distance);
            }
        }

        return nearest;
    }

    // How many letters have to be changed, added or removed (Levenshtein).
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int change = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[other.Length];
    }
}
