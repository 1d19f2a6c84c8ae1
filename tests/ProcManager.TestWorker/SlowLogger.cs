using Microsoft.Extensions.Logging;

namespace ProcManager.TestWorker;

/// <summary>A host's logger that takes nothing until a file is there, such as one whose server does not answer.</summary>
internal sealed class SlowLogger(string file) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        while (!File.Exists(file))
        {
            Thread.Sleep(5);
        }

        Console.WriteLine($"logged {eventId.Id} {formatter(state, exception)}");
    }
}
