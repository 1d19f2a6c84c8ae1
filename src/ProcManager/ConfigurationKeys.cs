using Microsoft.Extensions.Configuration;

namespace ProcManager;

/// <summary>Finds what a binder would pass over in silence: keys that are no option, and lists where one value is wanted.</summary>
internal static class ConfigurationKeys
{
    /// <summary>What is wrong in this section, null when nothing is.</summary>
    /// <param name="section">The section; it may have only the keys named here.</param>
    /// <param name="values">Options of one value.</param>
    /// <param name="lists">Options that are lists of values.</param>
    /// <param name="sections">Options with options of their own, which are checked apart.</param>
    internal static string? Mistake(IConfigurationSection section, IEnumerable<string> values, IReadOnlyCollection<string> lists, IReadOnlyCollection<string> sections)
    {
        string[] known = [.. values, .. lists, .. sections];
        foreach (IConfigurationSection entry in section.GetChildren())
        {
            IConfigurationSection? child = entry.GetChildren().FirstOrDefault();
            if (!known.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                return $"{entry.Path} is not an option. Options: {string.Join(", ", known)}.";
            }

            if (sections.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                if (entry.Value is { Length: > 0 } text)
                {
                    return $"{entry.Path} is '{text}', but it has options of its own, such as {entry.Path}:{{option}}.";
                }
            }
            else if (lists.Contains(entry.Key, StringComparer.OrdinalIgnoreCase))
            {
                if (entry.Value is { Length: > 0 } text)
                {
                    return $"{entry.Path} is '{text}', but it is a list: write {entry.Path}:0, {entry.Path}:1 and so on.";
                }

                if (entry.GetChildren().FirstOrDefault(static e => e.GetChildren().Any()) is { } deep)
                {
                    return $"{deep.GetChildren().First().Path} is not an option; {deep.Path} is one value.";
                }
            }
            else if (child is not null)
            {
                return $"{child.Path} is '{child.Value}', but {entry.Path} is one value, not a list or a section; several names that belong together are written with commas.";
            }
        }

        return null;
    }
}
