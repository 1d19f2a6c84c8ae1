using System.Globalization;
using ProcManager.Posix;

namespace ProcManager.Runtime;

/// <summary>Limits, nice value and the kernel's choice at want of memory, as options of workers.</summary>
internal static class WorkerSettings
{
    /// <summary>What a new worker gets.</summary>
    internal static IReadOnlyList<ProcessSetting> Of(ProcessManagerOptions options)
    {
        List<ProcessSetting> settings = [.. LimitsOf(options).Select(static l => ProcessSetting.Limit(What(l.Option, l.Value), l.Resource, (ulong)l.Value))];
        if (options.Nice is { } nice)
        {
            settings.Add(ProcessSetting.Nice(What(nameof(options.Nice), nice), nice));
        }

        if (options.OomScoreAdjust is { } adjust)
        {
            settings.Add(ProcessSetting.OomScore(What(nameof(options.OomScoreAdjust), adjust), adjust));
        }

        return settings;
    }

    /// <summary>At the start of the manager and at a reload, so that it is a mistake in the options and not the failure of each start.</summary>
    /// <exception cref="ProcManagerConfigurationException">A value takes a right that this process does not have.</exception>
    internal static void ThrowIfNotAllowed(ProcessManagerOptions options)
    {
        if (!OperatingSystem.IsLinux() || ThreadStatus.Of("/proc/thread-self")?.Has(Constants.CAP_SYS_RESOURCE) != false)
        {
            return;
        }

        List<string> failures = [];
        foreach ((string option, int resource, long value) in LimitsOf(options))
        {
            if (ProcessSetting.HardLimit(resource) is var hard && (ulong)value > hard)
            {
                failures.Add(Failure(option, value, string.Create(CultureInfo.InvariantCulture, $"up to {hard}, the hard limit of this process")));
            }
        }

        if (options.OomScoreAdjust is { } adjust && ProcFs.OomScoreAdjust() is { } own && adjust < own)
        {
            failures.Add(Failure(nameof(options.OomScoreAdjust), adjust, string.Create(CultureInfo.InvariantCulture, $"{own}, the value of this process, and more")));
        }

        if (failures.Count > 0)
        {
            throw new ProcManagerConfigurationException(failures);
        }
    }

    private static IEnumerable<(string Option, int Resource, long Value)> LimitsOf(ProcessManagerOptions options)
    {
        (string, int, long?)[] all =
        [
            (nameof(options.MaxOpenFiles), Constants.RLIMIT_NOFILE, options.MaxOpenFiles),
            (nameof(options.MaxCoreSize), Constants.RLIMIT_CORE, options.MaxCoreSize),
            (nameof(options.MaxAddressSpace), Constants.RLIMIT_AS, options.MaxAddressSpace),
            (nameof(options.MaxProcesses), Constants.RLIMIT_NPROC, options.MaxProcesses),
        ];
        foreach ((string option, int resource, long? value) in all)
        {
            if (value is { } number)
            {
                yield return (option, resource, number);
            }
        }
    }

    private static string What(string option, long value) => string.Create(CultureInfo.InvariantCulture, $"{ProcessManagerOptions.SectionName}:{option}={value} for the new process");

    private static string Failure(string option, long value, string allowed) =>
        string.Create(CultureInfo.InvariantCulture, $"{ProcessManagerOptions.SectionName}:{option} is {value}; allowed: {allowed}. More takes the capability CAP_SYS_RESOURCE.");
}
