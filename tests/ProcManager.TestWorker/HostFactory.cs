using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace ProcManager.TestWorker;

/// <summary>A host's factory of loggers, by --factory: one that prints; "late": its loggers, not the factory, know that it is disposed; "throws"; "waits" for ever.</summary>
internal sealed class HostFactory(string kind) : ILoggerFactory
{
    private volatile bool _disposed;

    internal static HostFactory? Current { get; private set; }

    internal static void Use(ProcessManager manager, IConfiguration configuration)
    {
        if (configuration["factory"] is { } kind)
        {
            Current = new HostFactory(kind);
            manager.UseLoggerFactory(Current);
        }
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName)
    {
        ObjectDisposedException.ThrowIf(_disposed && kind != "late", this);
        return new Printer(this, kind, categoryName);
    }

    public void Dispose() => _disposed = true;

    private sealed class Printer(HostFactory factory, string kind, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (kind == "throws")
            {
                throw new InvalidOperationException("a faulty logger");
            }

            if (kind == "waits")
            {
                Thread.Sleep(Timeout.Infinite);
            }

            if (factory._disposed)
            {
                throw new AggregateException(new ObjectDisposedException("a provider")); // as LoggerFactory passes it on
            }

            Console.WriteLine($"factory {category} {eventId.Id} {formatter(state, exception)}");
        }
    }
}
