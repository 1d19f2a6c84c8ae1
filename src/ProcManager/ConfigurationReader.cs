using Microsoft.Extensions.Configuration;

namespace ProcManager;

/// <summary>Reads the options from a configuration. A key that is no option is an error: it is a typing mistake that would go unnoticed.</summary>
internal static class ConfigurationReader
{
    internal static ProcessManagerOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        UncaughtMistakes.Watch();
        IConfigurationSection section = configuration.GetSection(ProcessManagerOptions.SectionName);
        var options = new ProcessManagerOptions();
        if (ConfigurationKeys.Mistake(section, Names(), [], []) is { } mistake)
        {
            throw new InvalidSettingException(mistake, nameof(configuration));
        }

        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidSettingException($"{e.Message} {e.InnerException?.Message} Times are written hh:mm:ss, such as 00:01:30.", nameof(configuration), e);
        }

        // An empty value takes an optional one away, such as a time-out.
        options.StartTimeout = IsEmpty(section, nameof(options.StartTimeout)) ? null : options.StartTimeout;
        options.DieTimeout = IsEmpty(section, nameof(options.DieTimeout)) ? null : options.DieTimeout;
        options.StartCount = IsEmpty(section, nameof(options.StartCount)) ? null : options.StartCount;
        options.MinSpare = IsEmpty(section, nameof(options.MinSpare)) ? null : options.MinSpare;
        options.MaxSpare = IsEmpty(section, nameof(options.MaxSpare)) ? null : options.MaxSpare;
        options.MaxCount = IsEmpty(section, nameof(options.MaxCount)) ? null : options.MaxCount;
        options.MaxLifetime = IsEmpty(section, nameof(options.MaxLifetime)) ? null : options.MaxLifetime;
        options.WatchdogInterval = IsEmpty(section, nameof(options.WatchdogInterval)) ? null : options.WatchdogInterval;
        options.CaptureFolder = IsEmpty(section, nameof(options.CaptureFolder)) ? null : options.CaptureFolder;
        options.KeepCommand = IsEmpty(section, nameof(options.KeepCommand)) ? null : options.KeepCommand;
        options.PidFile = IsEmpty(section, nameof(options.PidFile)) ? null : options.PidFile;
        options.WorkingDirectory = IsEmpty(section, nameof(options.WorkingDirectory)) ? null : options.WorkingDirectory;
        return options;
    }

    private static bool IsEmpty(IConfigurationSection section, string option) => section[option] is "";

    private static IEnumerable<string> Names() =>
        typeof(ProcessManagerOptions).GetProperties().Select(static p => p.Name);
}
