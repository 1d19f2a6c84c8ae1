using Microsoft.Extensions.Configuration;
using ProcManager.Diagnostics;
using ProcManager.Runtime;
using ProcManager.Settings;
using ProcManager.Supervision;
using ProcManager.Worker;

namespace ProcManager;

/// <content>Where options come from, and how they change at a reload.</content>
public partial class ProcessManager
{
    private readonly List<ConfigurationPart> _parts = []; // manager process

    /// <summary>
    /// Reads what <c>WebApplication.CreateBuilder(args)</c> would read, in the same order: environment variables with the prefixes <c>ASPNETCORE_</c> and <c>DOTNET_</c>, <c>appsettings.json</c>,
    /// <c>appsettings.{Environment}.json</c>, user secrets in the environment <c>Development</c>, environment variables, the command line. The last one wins. The files are read now and at each reload (HUP), not when they change.
    /// The files lie in the directory that the host's setting <c>contentRoot</c> names, else in the one of <see cref="ProcessManagerOptions.WorkingDirectory"/> if an environment variable or an argument sets it, else in the
    /// current directory. Every process.
    /// </summary>
    /// <param name="args">The arguments of <c>Main</c>.</param>
    /// <param name="switchMappings">Short names of switches, such as <c>--port</c> for <c>FastCgi:Port</c>; null: none.</param>
    /// <returns>The configuration, for <see cref="ProcessManager(IConfiguration, Microsoft.Extensions.Logging.ILogger?)"/>.</returns>
    /// <exception cref="ProcManagerConfigurationException">A file or an argument cannot be read.</exception>
    public static IConfigurationRoot CreateConfiguration(string[] args, IDictionary<string, string>? switchMappings = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        UncaughtMistakes.Watch();
        return ConfigurationFiles.Read(() => HostConfiguration.Create(args, switchMappings));
    }

    /// <summary>A section that is read again at each reload. To be called before <see cref="Manage()"/>. In a worker it does nothing.</summary>
    internal void ReadAtReload(ConfigurationPart part)
    {
        if (_launch is not { IsWorker: true })
        {
            _parts.Add(part);
        }
    }

    /// <summary>The configuration to read a section from: in a worker what the manager has accepted, if it has read that section.</summary>
    internal static IConfiguration InUse(IConfiguration configuration, string section)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        UncaughtMistakes.Watch();
        if (LaunchInfo.Capture is not null && section == ProcessManagerOptions.SectionName)
        {
            return new ConfigurationBuilder().Build(); // this process captures stacks and ends; a mistake in a file must not keep it from that
        }

        return LaunchInfo.Current is { IsWorker: true, Settings: { } settings } ? AcceptedSettings.Read(settings, section) ?? configuration : configuration;
    }

    // Manager process, at each start of a worker.
    private string? SettingsForWorkers() => _parts.Count == 0 ? null : AcceptedSettings.Write(_parts.SelectMany(static p => p.Accepted).Where(static e => !IsOfTheManager(e.Key)));

    // The status page is the manager's, and its token need not stand in the environment of every worker. The workers' variables are in their environment already; a program may take a secret out of there.
    private static bool IsOfTheManager(string key) =>
        key.Split(ConfigurationPath.KeyDelimiter) is [_, var name, ..] && key.StartsWith(ProcessManagerOptions.SectionName + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)
        && (name.Equals(StatusOptions.SectionName, StringComparison.OrdinalIgnoreCase) || name.Equals(nameof(ProcessManagerOptions.Environment), StringComparison.OrdinalIgnoreCase));

    // Manager process, at each reload, on the loop's thread. All sections are read before one of them changes anything.
    private ManagerEvent.ReloadRequested ReadConfiguration(ProcessManagerOptions inUse, Action changed)
    {
        ReopenLogFile();
        try
        {
            ConfigurationChange[] changes = ReadParts();
            foreach (ConfigurationChange change in changes)
            {
                change.Apply();
            }

            Tell(changes);
            if (changes.Any(static c => c.Changed.Count > 0))
            {
                changed();
            }
        }
        catch (ProcManagerConfigurationException e)
        {
            return new ManagerEvent.ReloadRequested(Refusal: e.Message);
        }

        RenewListeners();
        return new ManagerEvent.ReloadRequested(PolicyOf(inUse));
    }

    private ConfigurationChange[] ReadParts()
    {
        foreach (IConfigurationRoot root in _parts.Select(static p => p.Configuration).OfType<IConfigurationRoot>().Distinct(ReferenceEqualityComparer.Instance).Cast<IConfigurationRoot>())
        {
            ConfigurationFiles.Read(() =>
            {
                root.Reload();
                return root;
            });
        }

        var failures = new List<string>();
        var changes = new List<ConfigurationChange>();
        foreach (ConfigurationPart part in _parts)
        {
            try
            {
                changes.Add(part.Read());
            }
            catch (ProcManagerConfigurationException e)
            {
                failures.AddRange(e.Failures);
            }
        }

        return failures.Count == 0 ? [.. changes] : throw new ProcManagerConfigurationException(failures);
    }

    private void Tell(ConfigurationChange[] changes)
    {
        if (string.Join(", ", changes.SelectMany(static c => c.Changed)) is { Length: > 0 } changed)
        {
            ConfigurationLog.Changed(_log, changed);
        }

        if (string.Join(", ", changes.SelectMany(static c => c.NeedRestart)) is { Length: > 0 } restart)
        {
            ConfigurationLog.NeedsRestart(_log, restart);
        }
    }

    /// <summary>Checks what a change makes of the options in use; the result makes it.</summary>
    private Action Use(ProcessManagerOptions inUse, Action<ProcessManagerOptions> change)
    {
        ProcessManagerOptions next = inUse.Copy();
        change(next);
        ThrowIfNotUsable(next);
        if ((next.Sizing == PoolSizing.PerRequest) != (inUse.Sizing == PoolSizing.PerRequest))
        {
            throw new ProcManagerConfigurationException(
                [$"{ProcessManagerOptions.SectionName}:{nameof(next.Sizing)} is {next.Sizing}; allowed while the manager runs with {inUse.Sizing}: {(inUse.Sizing == PoolSizing.PerRequest ? "PerRequest" : "Static, Dynamic, OnDemand")}. The workers get their connections in another way: stop the program and start it again."]);
        }

        return () =>
        {
            change(inUse);
            StartDirectory.Anchor(inUse, StartDirectory.Begun!);
            change(Options);
        };
    }

    private void ThrowIfNotUsable(ProcessManagerOptions options)
    {
        ProcessManagerOptionsValidator.ThrowIfInvalid(options);
        ProcessManagerOptionsValidator.ThrowIfMemoryTooLow(options);
        WorkerSettings.ThrowIfNotAllowed(options);
        if (options.ProcessCount == 0)
        {
            throw new ProcManagerConfigurationException([$"{ProcessManagerOptions.SectionName}:{nameof(options.ProcessCount)} is 0; allowed while the manager runs: 1 to {Limits.MaxProcessCount}."]);
        }

        if (options.Sizing == PoolSizing.OnDemand && _listeners.Count == 0)
        {
            throw new ProcManagerConfigurationException(
                [$"{ProcessManagerOptions.SectionName}:{nameof(options.Sizing)} is {options.Sizing}, which starts a worker when a connection waits, but this program has opened no listener. Call Listen before Manage, or choose another Sizing."]);
        }
    }

    private static PoolPolicy PolicyOf(ProcessManagerOptions options) =>
        PoolPolicy.From(options) with { Processors = Environment.ProcessorCount, DumpInterval = CrashDump.IsEnabled ? CrashDump.LookInterval : null };
}
