using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Logging;

namespace ProcManager.Tests.Logging;

public sealed class LoggersOfAFactory : IDisposable
{
    private readonly Factory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void Each_message_goes_to_the_logger_of_its_category()
    {
        var loggers = new HostLoggers(_factory);
        loggers.TryWrite(Message(LogCategories.Core)).Should().BeTrue();
        loggers.TryWrite(Message(LogCategories.FastCgi)).Should().BeTrue();
        _factory.Written.Should().Equal("ProcManager 7 text", "ProcManager.FastCgi 7 text");
    }

    [Fact]
    public void A_disposed_factory_takes_nothing_and_says_so()
    {
        var loggers = new HostLoggers(_factory);
        _factory.Dispose();
        loggers.TryWrite(Message(LogCategories.Core)).Should().BeFalse();
        loggers.IsEnabled(LogCategories.Core, LogLevel.Information).Should().BeTrue("the message is written elsewhere");
        loggers.IsEnabled(LogCategories.Core, LogLevel.Debug).Should().BeFalse();
        FluentActions.Invoking(() => new HostLoggers(_factory)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_manager_follows_the_last_factory_and_one_that_is_gone_takes_back_only_itself()
    {
        using var other = new Factory();
        using var manager = new ProcessManager(new ProcessManagerOptions { ProcessCount = 0 });
        manager.LogsToStandardError.Should().BeTrue();
        manager.Logger.IsEnabled(LogLevel.Debug).Should().BeFalse();

        manager.UseLoggerFactory(_factory);
        manager.UseLoggerFactory(other);
        manager.LeaveLoggerFactory(_factory);
        manager.LogsToStandardError.Should().BeFalse();
        manager.Logger.IsEnabled(LogLevel.Debug).Should().BeTrue();
        Log.HangupBefore(manager.FastCgiLogger);
        manager.LeaveLoggerFactory(other);

        other.Written.Should().ContainSingle("what was under way had its time").Which.Should().StartWith("ProcManager.FastCgi 901 ");
        _factory.Written.Should().BeEmpty();
        manager.LogsToStandardError.Should().BeTrue();
    }

    private static Notice Message(string category) => new(LogLevel.Information, 7, "text", [], null) { Category = category };

    private sealed class Factory : ILoggerFactory
    {
        private bool _disposed;

        internal List<string> Written { get; } = [];

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new Printer(this, categoryName);
        }

        public void Dispose() => _disposed = true;

        private sealed class Printer(Factory factory, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel)
            {
                ObjectDisposedException.ThrowIf(factory._disposed, factory);
                return true;
            }

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                factory.Written.Add($"{category} {eventId.Id} {formatter(state, exception)}");
        }
    }
}
