using Microsoft.Extensions.Logging;

namespace ProcManager.TestWorker;

/// <summary>A host's logger that wants every message: level, number and text, a line each.</summary>
internal sealed class TraceLogger : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Console.WriteLine($"{logLevel} {eventId.Id}: ProcManager.TestWorker: manager (pid {Environment.ProcessId}): {formatter(state, exception)}");
}
