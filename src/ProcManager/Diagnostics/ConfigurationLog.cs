using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Lines about the configuration, at the start and when it is read again.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(970, LogLevel.Information, "the configuration has changed: {Changes}")]
    internal static partial void Changed(ILogger log, string changes);

    [LoggerMessage(971, LogLevel.Warning, "the configuration has changed, and the change takes a restart of the manager: {Changes}")]
    internal static partial void NeedsRestart(ILogger log, string changes);

    [LoggerMessage(972, LogLevel.Error, "the reload is refused, and the workers go on as they are: {Reason}")]
    internal static partial void Refused(ILogger log, string reason);

    [LoggerMessage(973, LogLevel.Warning, "{Sentence}")]
    internal static partial void WithoutEffect(ILogger log, string sentence);
}
