using Microsoft.Extensions.Logging;

namespace ProcManager.Diagnostics;

/// <summary>Turns log calls into <see cref="Notice"/>s, so that a host's override sees each message before it is written.</summary>
internal sealed class NoticeLogger(Action<Notice> pass, Func<LogLevel, bool> isEnabled, string category = LogCategories.Core) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => isEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (isEnabled(logLevel))
        {
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            pass(new Notice(logLevel, eventId, formatter(state, exception), values, exception) { Category = category });
        }
    }
}
