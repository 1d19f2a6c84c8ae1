namespace ProcManager.Settings;

/// <summary>Every option of the section <c>ProcessManager</c>: how it is written, and when a change of it takes effect after a reload.</summary>
internal static class ProcessManagerSettings
{
    internal static IReadOnlyList<Setting<ProcessManagerOptions>> All { get; } =
    [
        Of(nameof(ProcessManagerOptions.ProcessCount), Effect.AtOnce, Formats.Number, static o => o.ProcessCount, static (o, v) => o.ProcessCount = v),
        Of(nameof(ProcessManagerOptions.StartDelay), Effect.AtOnce, Formats.Time, static o => o.StartDelay, static (o, v) => o.StartDelay = v),
        Of(nameof(ProcessManagerOptions.StartTimeout), Effect.NewWorkers, Formats.OrNull(Formats.Time), static o => o.StartTimeout, static (o, v) => o.StartTimeout = v),
        Of(nameof(ProcessManagerOptions.DieTimeout), Effect.AtOnce, Formats.OrNull(Formats.Time), static o => o.DieTimeout, static (o, v) => o.DieTimeout = v),
        Of(nameof(ProcessManagerOptions.PidFile), Effect.Restart, Formats.TextOrNull, static o => o.PidFile, static (o, v) => o.PidFile = v),
        Of(nameof(ProcessManagerOptions.ControlSocket), Effect.Restart, Formats.TextOrOff, static o => o.ControlSocket, static (o, v) => o.ControlSocket = v),
        Of(nameof(ProcessManagerOptions.ProcessTitle), Effect.Restart, Formats.TextOrNull, static o => o.ProcessTitle, static (o, v) => o.ProcessTitle = v),
        Of(nameof(ProcessManagerOptions.NoSignals), Effect.Restart, Formats.Switch, static o => o.NoSignals, static (o, v) => o.NoSignals = v),
        Of(nameof(ProcessManagerOptions.PeekSignal), Effect.AtOnce, Formats.TextOrOff, static o => o.PeekSignal, static (o, v) => o.PeekSignal = v),
        Of(nameof(ProcessManagerOptions.Metrics), Effect.Restart, Formats.Switch, static o => o.Metrics, static (o, v) => o.Metrics = v),
        Of(nameof(ProcessManagerOptions.ReloadStrategy), Effect.AtOnce, Formats.Choice<ReloadStrategy>(), static o => o.ReloadStrategy, static (o, v) => o.ReloadStrategy = v),
        Of(nameof(ProcessManagerOptions.CanaryTime), Effect.AtOnce, Formats.Time, static o => o.CanaryTime, static (o, v) => o.CanaryTime = v),
        Of(nameof(ProcessManagerOptions.MaxSurge), Effect.AtOnce, Formats.Number, static o => o.MaxSurge, static (o, v) => o.MaxSurge = v),
        Of(nameof(ProcessManagerOptions.CrashLimit), Effect.AtOnce, Formats.Number, static o => o.CrashLimit, static (o, v) => o.CrashLimit = v),
        Of(nameof(ProcessManagerOptions.CrashWindow), Effect.AtOnce, Formats.Time, static o => o.CrashWindow, static (o, v) => o.CrashWindow = v),
        Of(nameof(ProcessManagerOptions.MaxRestartDelay), Effect.AtOnce, Formats.Time, static o => o.MaxRestartDelay, static (o, v) => o.MaxRestartDelay = v),
        Of(nameof(ProcessManagerOptions.WorkingDirectory), Effect.Restart, Formats.TextOrNull, static o => o.WorkingDirectory, static (o, v) => o.WorkingDirectory = v),
        Of(nameof(ProcessManagerOptions.Sizing), Effect.AtOnce, Formats.Choice<PoolSizing>(), static o => o.Sizing, static (o, v) => o.Sizing = v),
        Of(nameof(ProcessManagerOptions.StartCount), Effect.AtOnce, Formats.OrNull(Formats.Number), static o => o.StartCount, static (o, v) => o.StartCount = v),
        Of(nameof(ProcessManagerOptions.MinSpare), Effect.AtOnce, Formats.OrNull(Formats.Number), static o => o.MinSpare, static (o, v) => o.MinSpare = v),
        Of(nameof(ProcessManagerOptions.MaxSpare), Effect.AtOnce, Formats.OrNull(Formats.Number), static o => o.MaxSpare, static (o, v) => o.MaxSpare = v),
        Of(nameof(ProcessManagerOptions.MaxCount), Effect.AtOnce, Formats.OrNull(Formats.Number), static o => o.MaxCount, static (o, v) => o.MaxCount = v),
        Of(nameof(ProcessManagerOptions.IdleTimeout), Effect.AtOnce, Formats.Time, static o => o.IdleTimeout, static (o, v) => o.IdleTimeout = v),
        Of(nameof(ProcessManagerOptions.StandbyCount), Effect.AtOnce, Formats.Number, static o => o.StandbyCount, static (o, v) => o.StandbyCount = v),
        Of(nameof(ProcessManagerOptions.StartLeisure), Effect.AtOnce, Formats.Time, static o => o.StartLeisure, static (o, v) => o.StartLeisure = v),
        Of(nameof(ProcessManagerOptions.MaxRequests), Effect.NewWorkers, Formats.Number, static o => o.MaxRequests, static (o, v) => o.MaxRequests = v),
        Of(nameof(ProcessManagerOptions.MaxRequestsJitter), Effect.NewWorkers, Formats.Number, static o => o.MaxRequestsJitter, static (o, v) => o.MaxRequestsJitter = v),
        Of(nameof(ProcessManagerOptions.MaxLifetime), Effect.AtOnce, Formats.OrNull(Formats.Time), static o => o.MaxLifetime, static (o, v) => o.MaxLifetime = v),
        Of(nameof(ProcessManagerOptions.MaxLifetimeJitter), Effect.AtOnce, Formats.Time, static o => o.MaxLifetimeJitter, static (o, v) => o.MaxLifetimeJitter = v),
        Of(nameof(ProcessManagerOptions.MaxMemory), Effect.AtOnce, Formats.SizeLimit, static o => o.MaxMemory, static (o, v) => o.MaxMemory = v),
        Of(nameof(ProcessManagerOptions.MemoryMeasure), Effect.AtOnce, Formats.Choice<MemoryMeasure>(), static o => o.MemoryMeasure, static (o, v) => o.MemoryMeasure = v),
        Of(nameof(ProcessManagerOptions.MemorySamples), Effect.AtOnce, Formats.Number, static o => o.MemorySamples, static (o, v) => o.MemorySamples = v),
        Of(nameof(ProcessManagerOptions.MemoryInterval), Effect.AtOnce, Formats.Time, static o => o.MemoryInterval, static (o, v) => o.MemoryInterval = v),
        Of(nameof(ProcessManagerOptions.MinLifetime), Effect.AtOnce, Formats.Time, static o => o.MinLifetime, static (o, v) => o.MinLifetime = v),
        Of(nameof(ProcessManagerOptions.MaxPoolMemory), Effect.AtOnce, Formats.SizeLimit, static o => o.MaxPoolMemory, static (o, v) => o.MaxPoolMemory = v),
        Of(nameof(ProcessManagerOptions.HeapLimitPercent), Effect.NewWorkers, Formats.Number, static o => o.HeapLimitPercent, static (o, v) => o.HeapLimitPercent = v),
        Of(nameof(ProcessManagerOptions.MaxUnavailable), Effect.AtOnce, Formats.Number, static o => o.MaxUnavailable, static (o, v) => o.MaxUnavailable = v),
        Of(nameof(ProcessManagerOptions.RecycleInterval), Effect.AtOnce, Formats.Time, static o => o.RecycleInterval, static (o, v) => o.RecycleInterval = v),
        Of(nameof(ProcessManagerOptions.RecycleCeiling), Effect.AtOnce, Formats.Time, static o => o.RecycleCeiling, static (o, v) => o.RecycleCeiling = v),
        Of(nameof(ProcessManagerOptions.RequestTimeout), Effect.AtOnce, Formats.TimeLimit, static o => o.RequestTimeout, static (o, v) => o.RequestTimeout = v),
        Of(nameof(ProcessManagerOptions.LongRequestTimeout), Effect.AtOnce, Formats.TimeLimit, static o => o.LongRequestTimeout, static (o, v) => o.LongRequestTimeout = v),
        Of(nameof(ProcessManagerOptions.SoftRequestTimeout), Effect.AtOnce, Formats.TimeLimit, static o => o.SoftRequestTimeout, static (o, v) => o.SoftRequestTimeout = v),
        Of(nameof(ProcessManagerOptions.WatchdogInterval), Effect.AtOnce, Formats.OrNull(Formats.Time), static o => o.WatchdogInterval, static (o, v) => o.WatchdogInterval = v),
        Of(nameof(ProcessManagerOptions.WatchdogLadder), Effect.AtOnce, Formats.Choice<WatchdogSteps>(), static o => o.WatchdogLadder, static (o, v) => o.WatchdogLadder = v),
        Of(nameof(ProcessManagerOptions.WatchdogGrace), Effect.AtOnce, Formats.Time, static o => o.WatchdogGrace, static (o, v) => o.WatchdogGrace = v),
        Of(nameof(ProcessManagerOptions.CaptureTimeout), Effect.AtOnce, Formats.Time, static o => o.CaptureTimeout, static (o, v) => o.CaptureTimeout = v),
        Of(nameof(ProcessManagerOptions.CaptureFolder), Effect.AtOnce, Formats.TextOrNull, static o => o.CaptureFolder, static (o, v) => o.CaptureFolder = v),
        Of(nameof(ProcessManagerOptions.KeepCommand), Effect.AtOnce, Formats.TextOrNull, static o => o.KeepCommand, static (o, v) => o.KeepCommand = v),
        Of(nameof(ProcessManagerOptions.KeepLimit), Effect.AtOnce, Formats.Number, static o => o.KeepLimit, static (o, v) => o.KeepLimit = v),
        Of(nameof(ProcessManagerOptions.CpuLimit), Effect.AtOnce, Formats.TimeLimit, static o => o.CpuLimit, static (o, v) => o.CpuLimit = v),
        Of(nameof(ProcessManagerOptions.CpuTimeLimit), Effect.AtOnce, Formats.TimeLimit, static o => o.CpuTimeLimit, static (o, v) => o.CpuTimeLimit = v),
        Of(nameof(ProcessManagerOptions.RogueInterval), Effect.AtOnce, Formats.Time, static o => o.RogueInterval, static (o, v) => o.RogueInterval = v),
    ];

    private static Setting<ProcessManagerOptions>.Of<T> Of<T>(
        string name, Effect effect, Format<T> format, Func<ProcessManagerOptions, T> get, Action<ProcessManagerOptions, T> set) => new(name, effect, format, get, set);
}
