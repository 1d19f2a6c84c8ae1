using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>A log that keeps its lines.</summary>
internal sealed class LinesOfALog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    internal IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue(formatter(state, exception));
}
