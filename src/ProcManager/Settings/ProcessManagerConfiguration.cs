using Microsoft.Extensions.Configuration;

namespace ProcManager.Settings;

/// <summary>Reads the section <c>ProcessManager</c>.</summary>
internal static class ProcessManagerConfiguration
{
    // The package's name, which is easily taken for the section's.
    private const string WrongSection = "ProcManager";

    /// <exception cref="ProcManagerConfigurationException">The section has a key that is no option, or a value that cannot be read or is out of its range.</exception>
    internal static ProcessManagerOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        UncaughtMistakes.Watch();
        var reader = new SectionReader();
        var options = new ProcessManagerOptions();
        IConfigurationSection section = configuration.GetSection(ProcessManagerOptions.SectionName);
        reader.RefuseValueOf(section, nameof(options.ProcessCount));
        reader.Read(section, options, ProcessManagerSettings.All, StatusOptions.SectionName, nameof(options.Environment));
        IConfigurationSection status = section.GetSection(StatusOptions.SectionName);
        reader.RefuseValueOf(status, nameof(StatusOptions.EndPoint));
        reader.HidesValues = true; // a token may be among them
        reader.Read(status, options.Status, StatusSettings.All);
        reader.ReadVariables(section.GetSection(nameof(options.Environment)), options.Environment);
        reader.HidesValues = false;
        CheckForWrongSection(configuration, reader);
        reader.Add(new ProcessManagerOptionsValidator().Validate(null, options));
        reader.ThrowIfWrong();
        return options;
    }

    // A section of this name may be the program's own: it is wrong when it has an option of ours.
    private static void CheckForWrongSection(IConfiguration configuration, SectionReader reader)
    {
        foreach (IConfigurationSection entry in configuration.GetSection(WrongSection).GetChildren())
        {
            if (ProcessManagerSettings.All.Any(s => s.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase)))
            {
                reader.Add($"{entry.Path} is not read; the options stand in the section {ProcessManagerOptions.SectionName}: write {ProcessManagerOptions.SectionName}:{entry.Key}.");
                return;
            }
        }
    }
}
