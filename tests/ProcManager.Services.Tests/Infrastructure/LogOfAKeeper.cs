using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ProcManager.Services.Tests.Infrastructure;

/// <summary>A log that keeps its lines, of which a test can wait for one.</summary>
internal sealed class LogOfAKeeper : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    internal IReadOnlyCollection<string> Lines => _lines;

    /// <summary>A line that has this throws.</summary>
    internal string? ThrowsAt { get; set; }

    internal Task Says(string part) => Until.True(() => _lines.Any(l => l.Contains(part, StringComparison.Ordinal)), () => $"the line '{part}' in:\n{string.Join('\n', _lines)}");

    internal int Count(string part) => _lines.Count(l => l.Contains(part, StringComparison.Ordinal));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = exception is null ? formatter(state, null) : $"{formatter(state, exception)} {exception}";
        if (ThrowsAt is not null && line.Contains(ThrowsAt, StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The log takes no line.");
        }

        _lines.Enqueue(line);
    }

    public void Dispose()
    {
    }
}
