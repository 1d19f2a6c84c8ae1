using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ProcManager.Settings;

/// <summary>Reads a section of a configuration. Every mistake is kept with its key, its value and what is allowed; a binder would stop at the first and pass over unknown keys.</summary>
internal sealed class SectionReader
{
    private readonly List<string> _mistakes = [];

    /// <summary>Values are left out of the mistakes: a secret may stand behind a key that was written wrongly.</summary>
    internal bool HidesValues { get; set; }

    internal void Add(string mistake) => _mistakes.Add(mistake);

    /// <summary>What a validator has found in the options that were read. An option that could not be read has its default, which is allowed.</summary>
    internal void Add(ValidateOptionsResult result) => _mistakes.AddRange(result.Failures ?? []);

    internal void Refuse(IConfigurationSection entry, string allowed) => Add($"{entry.Path} is {Shown(entry)}; allowed: {allowed}.");

    /// <summary>Reads the values of a section.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">Gets the values.</param>
    /// <param name="settings">The options that are one value.</param>
    /// <param name="others">Keys that the caller reads itself.</param>
    internal void Read<TOptions>(IConfigurationSection section, TOptions options, IReadOnlyList<Setting<TOptions>> settings, params ReadOnlySpan<string> others)
    {
        foreach (IConfigurationSection entry in section.GetChildren())
        {
            if (Find(settings, entry.Key) is { } setting)
            {
                Read(entry, options, setting);
            }
            else if (!Contains(others, entry.Key))
            {
                string[] known = [.. settings.Select(static s => s.Name), .. others];
                Add(KnownNames.Nearest(entry.Key, known) is { } near
                    ? $"{entry.Path} is {Shown(entry)}, which is not an option; the nearest is {section.Path}:{near}."
                    : $"{entry.Path} is {Shown(entry)}, which is not an option; allowed in {section.Path}: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
            }
        }
    }

    /// <summary>A value where a section belongs is a mistake, also beside the section's keys.</summary>
    internal void RefuseValueOf(IConfigurationSection section, string option)
    {
        if (section.Value is { Length: > 0 } text)
        {
            Add($"{section.Path} is '{text}'; allowed: a section with options of its own, such as {section.Path}:{option}.");
        }
    }

    /// <summary>A section whose keys the user chooses. A null stays one.</summary>
    internal void ReadVariables(IConfigurationSection section, IDictionary<string, string?> variables)
    {
        if (section.Value is { Length: > 0 })
        {
            Refuse(section, $"a section with a key for each variable, such as {section.Path}:TZ");
        }

        foreach (IConfigurationSection entry in section.GetChildren())
        {
            if (HasOneValue(entry))
            {
                variables[entry.Key] = entry.Value;
            }
        }
    }

    /// <summary>A list of values: <c>Key:0</c>, <c>Key:1</c> and so on.</summary>
    internal IEnumerable<string> ReadList(IConfigurationSection section)
    {
        if (section.Value is { Length: > 0 })
        {
            Refuse(section, $"a list: {section.Path}:0, {section.Path}:1 and so on");
            yield break;
        }

        foreach (IConfigurationSection entry in section.GetChildren())
        {
            if (HasOneValue(entry))
            {
                yield return entry.Value ?? "";
            }
        }
    }

    /// <summary>False, and a mistake: a list or a section stands where one value belongs.</summary>
    internal bool HasOneValue(IConfigurationSection entry)
    {
        if (entry.GetChildren().FirstOrDefault() is not { } child)
        {
            return true;
        }

        Add($"{child.Path} is {Shown(child)}, but {entry.Path} is one value, not a list or a section. Several names that belong together are written with commas.");
        return false;
    }

    /// <exception cref="ProcManagerConfigurationException">There are mistakes.</exception>
    internal void ThrowIfWrong()
    {
        if (_mistakes.Count > 0)
        {
            throw new ProcManagerConfigurationException(_mistakes);
        }
    }

    private void Read<TOptions>(IConfigurationSection entry, TOptions options, Setting<TOptions> setting)
    {
        if (HasOneValue(entry) && !setting.TrySet(options, entry.Value ?? ""))
        {
            Refuse(entry, setting.Allowed);
        }
    }

    private string Shown(IConfigurationSection entry) => entry.GetChildren().Any() ? "a section" : HidesValues ? "given" : $"'{entry.Value}'";

    private static Setting<TOptions>? Find<TOptions>(IReadOnlyList<Setting<TOptions>> settings, string name)
    {
        foreach (Setting<TOptions> setting in settings)
        {
            if (setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return setting;
            }
        }

        return null;
    }

    private static bool Contains(ReadOnlySpan<string> names, string name)
    {
        foreach (string known in names)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
