using Microsoft.Extensions.Configuration;

namespace ProcManager.Settings;

/// <summary>
/// The section <c>ProcessManager</c> at a reload. An option changes when the configuration's own value has changed since it was last read, so that what the program has set in code, and
/// a number of workers that was changed by a signal or a call, stay.
/// </summary>
/// <param name="configuration">The configuration.</param>
/// <param name="first">What it said at the start.</param>
/// <param name="use">Checks options that are to be used, and gives back what makes them so.</param>
internal sealed class ProcessManagerPart(IConfiguration configuration, ProcessManagerOptions first, Func<Action<ProcessManagerOptions>, Action> use)
    : ConfigurationPart(
        configuration,
        ProcessManagerOptions.SectionName,
        [StatusOptions.SectionName, .. ProcessManagerSettings.All.Where(static s => s.Effect == Effect.Restart).Select(static s => s.Name)])
{
    private readonly ProcessManagerOptions _before = first.Copy();

    protected override ConfigurationChange ReadSection()
    {
        ProcessManagerOptions now = ProcessManagerConfiguration.Read(Configuration);
        (List<Setting<ProcessManagerOptions>> changed, List<string> told, List<string> restart) =
            ConfigurationChange.Between(ProcessManagerOptions.SectionName, _before, now, [.. ProcessManagerSettings.All, .. EnvironmentVariable.Of(_before, now)]);
        restart.AddRange(ConfigurationChange.Between($"{ProcessManagerOptions.SectionName}:{StatusOptions.SectionName}", _before.Status, now.Status, StatusSettings.All).NeedRestart);
        Action apply = use(Change);
        return new ConfigurationChange(told, restart, () =>
        {
            apply();
            Change(_before);
        });

        void Change(ProcessManagerOptions options) => changed.ForEach(s => s.Copy(now, options));
    }
}
