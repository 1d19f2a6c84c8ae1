using ProcManager.Diagnostics;
using ProcManager.Runtime;
using ProcManager.Settings;
using ProcManager.Supervision;

namespace ProcManager;

/// <content>Options that are allowed and do not do what they seem to. Manager process, at the start and after each reload of the configuration.</content>
public partial class ProcessManager
{
    private void WarnOf(ProcessManagerOptions options)
    {
        WarnIfContainerIsSmall(options);
        WarnIfNoDump(options);
        WarnIfMemoryIsNotReadable(options);
        foreach (string sentence in OptionsWithoutEffect.In(options))
        {
            ConfigurationLog.WithoutEffect(_log, sentence);
        }
    }

    private void WarnIfContainerIsSmall(ProcessManagerOptions options)
    {
        if (options is { MaxMemory: 0, MaxPoolMemory: 0 } || ContainerLimit.Read() is not { } container)
        {
            return;
        }

        int workers = MemoryPolicy.MostWorkers(options);
        if ((double)options.MaxMemory * workers > container)
        {
            WatchLog.ContainerTooSmall(_log, workers, options.MaxMemory, container);
        }

        if (options.MaxPoolMemory > container)
        {
            WatchLog.ContainerBelowPoolLimit(_log, options.MaxPoolMemory, container);
        }
    }

    private void WarnIfNoDump(ProcessManagerOptions options)
    {
        if (options.WatchdogLadder.HasFlag(WatchdogSteps.Dump) && _capturer is null && IsWatched)
        {
            WatchLog.NoDump(_log);
        }
    }
}
