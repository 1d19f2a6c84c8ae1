namespace ProcManager.Settings;

/// <summary>Options that are given and do nothing, since another option says so. Mostly the other one was forgotten.</summary>
internal static class OptionsWithoutEffect
{
    /// <summary>A sentence for each reason: which options, why, and what to set.</summary>
    internal static IEnumerable<string> In(ProcessManagerOptions options)
    {
        (string Name, bool IsGiven)[] ofDynamic =
        [
            (nameof(options.StartCount), options.StartCount is not null),
            (nameof(options.MinSpare), options.MinSpare is not null),
            (nameof(options.MaxSpare), options.MaxSpare is not null),
        ];
        string sizing = $"{nameof(options.Sizing)} is {options.Sizing}";
        string dynamic = $"set {nameof(options.Sizing)} to {PoolSizing.Dynamic}";
        return new[]
        {
            Sentence(options.Sizing == PoolSizing.Static, sizing, dynamic, [.. ofDynamic, (nameof(options.MaxCount), options.MaxCount is not null)]),
            Sentence(options.Sizing is PoolSizing.OnDemand or PoolSizing.PerRequest, sizing, dynamic, ofDynamic),
            Sentence(options is { MaxRequests: 0, Sizing: not PoolSizing.PerRequest }, $"{nameof(options.MaxRequests)} is 0", $"set {nameof(options.MaxRequests)}", (nameof(options.MaxRequestsJitter), options.MaxRequestsJitter > 0)),
            Sentence(options.MaxLifetime is null, $"{nameof(options.MaxLifetime)} is off", $"set {nameof(options.MaxLifetime)}", (nameof(options.MaxLifetimeJitter), options.MaxLifetimeJitter > TimeSpan.Zero)),
            Sentence(options.LogFile is null, $"{nameof(options.LogFile)} is off", $"set {nameof(options.LogFile)}", (nameof(options.LogFileMaxSize), options.LogFileMaxSize > 0)),
            Sentence(!options.WatchdogLadder.HasFlag(WatchdogSteps.Keep), $"{nameof(options.WatchdogLadder)} has no {WatchdogSteps.Keep}", $"put {WatchdogSteps.Keep} in the place of {WatchdogSteps.Kill}", (nameof(options.KeepCommand), options.KeepCommand is not null)),
        }.OfType<string>();
    }

    private static string? Sentence(bool holds, string why, string help, params (string Name, bool IsGiven)[] options)
    {
        string[] given = holds ? [.. options.Where(static o => o.IsGiven).Select(static o => o.Name)] : [];
        return given switch
        {
            [] => null,
            [var one] => $"{one} has no effect, as {why}: {help}, or leave {one} out",
            [.. var others, var last] when $"{string.Join(", ", others)} and {last}" is var all => $"{all} have no effect, as {why}: {help}, or leave {all} out",
            _ => null,
        };
    }
}
