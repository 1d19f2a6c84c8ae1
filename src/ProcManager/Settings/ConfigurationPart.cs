using Microsoft.Extensions.Configuration;

namespace ProcManager.Settings;

/// <summary>One section that is read again at each reload.</summary>
/// <param name="configuration">The configuration.</param>
/// <param name="section">The section's name.</param>
/// <param name="fixedNames">Options and sections that stay as they were at the start until the manager is started again.</param>
internal abstract class ConfigurationPart(IConfiguration configuration, string section, IReadOnlyCollection<string> fixedNames)
{
    internal IConfiguration Configuration { get; } = configuration;

    /// <summary>The keys and values of the section that are in use.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> Accepted { get; private set; } = EntriesOf(configuration, section);

    /// <summary>Reads the section. Nothing changes before <see cref="ConfigurationChange.Apply"/>.</summary>
    /// <exception cref="ProcManagerConfigurationException">The section has mistakes.</exception>
    internal ConfigurationChange Read()
    {
        ConfigurationChange change = ReadSection();
        KeyValuePair<string, string?>[] entries = [.. EntriesOf(Configuration, section).Where(e => !IsFixed(e.Key)), .. Accepted.Where(e => IsFixed(e.Key))];
        return change with
        {
            Apply = () =>
            {
                change.Apply();
                Accepted = entries;
            },
        };
    }

    protected abstract ConfigurationChange ReadSection();

    private bool IsFixed(string key) => key.Split(ConfigurationPath.KeyDelimiter) is [_, var name, ..] && fixedNames.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static KeyValuePair<string, string?>[] EntriesOf(IConfiguration configuration, string section) => [.. configuration.GetSection(section).AsEnumerable()];
}

/// <summary>What a section has that differs from what is in use.</summary>
/// <param name="Changed">What changes, as <c>ProcessManager:ProcessCount from 2 to 4</c>.</param>
/// <param name="NeedRestart">What takes a restart of the manager, in the same words.</param>
/// <param name="Apply">Makes the changes.</param>
internal sealed record ConfigurationChange(IReadOnlyList<string> Changed, IReadOnlyList<string> NeedRestart, Action Apply)
{
    internal static ConfigurationChange None { get; } = new([], [], static () => { });

    /// <summary>Compares what a section said before with what it says now.</summary>
    internal static (List<Setting<T>> Changed, List<string> Told, List<string> NeedRestart) Between<T>(string section, T before, T now, IReadOnlyList<Setting<T>> settings)
    {
        var changed = new List<Setting<T>>();
        var told = new List<string>();
        var restart = new List<string>();
        foreach (Setting<T> setting in settings)
        {
            if (!setting.IsSame(before, now))
            {
                string text = $"{section}:{setting.Name} from {setting.Show(before)} to {setting.Show(now)}";
                if (setting.Effect == Effect.Restart)
                {
                    restart.Add(text);
                }
                else
                {
                    changed.Add(setting);
                    told.Add(text);
                }
            }
        }

        return (changed, told, restart);
    }
}
