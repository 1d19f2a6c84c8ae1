using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ProcManager.Tests.Infrastructure;

/// <summary>Keeps the lines, and tells when one comes.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ConcurrentQueue<string> Lines { get; } = new();

    internal Task FirstLine => _first.Task;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Lines.Enqueue(formatter(state, exception));
        _first.TrySetResult();
    }
}
