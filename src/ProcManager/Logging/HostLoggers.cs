using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;

namespace ProcManager.Logging;

/// <summary>
/// The loggers of a host's factory, as long as the factory lives. A host disposes its factory before the process ends, and messages come after that, too. A disposed
/// factory gives no loggers any more, so each message asks for its logger anew.
/// </summary>
internal sealed class HostLoggers
{
    private readonly ILoggerFactory _factory;

    // For the level alone, which is asked on any thread: a factory may hold a lock while it makes a logger.
    private readonly Dictionary<string, ILogger> _loggers = [];

    /// <summary>Throws <see cref="ObjectDisposedException"/> when the factory is disposed already.</summary>
    internal HostLoggers(ILoggerFactory factory)
    {
        _factory = factory;
        foreach (string category in LogCategories.All)
        {
            _loggers.Add(category, factory.CreateLogger(category));
        }
    }

    internal bool IsOf(ILoggerFactory factory) => ReferenceEquals(_factory, factory);

    /// <summary>A logger of a disposed factory may say anything: then the message is written elsewhere, like any other.</summary>
    internal bool IsEnabled(string category, LogLevel level)
    {
        try
        {
            return _loggers[category].IsEnabled(level);
        }
        catch (ObjectDisposedException)
        {
            return level >= LogLevel.Information;
        }
    }

    /// <summary>False: the factory is disposed, or what writes for it. May block, and throw what the host's loggers throw.</summary>
    internal bool TryWrite(Notice notice)
    {
        try
        {
            _factory.CreateLogger(notice.Category).Log(notice.Level, notice.EventId, notice.State, notice.Exception, (_, _) => notice.Message);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        catch (AggregateException e) when (e.InnerExceptions.All(static i => i is ObjectDisposedException))
        {
            return false; // as LoggerFactory passes on what its providers throw
        }
    }
}
