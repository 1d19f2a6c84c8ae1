using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Logging;

namespace ProcManager;

/// <summary>One message of the process manager, on its way to the log.</summary>
/// <param name="Level">How serious it is.</param>
/// <param name="EventId">A stable number: 1xx the manager, 2xx its workers, 3xx reload, 4xx crash loops, 5xx inside a worker, 7xx watchdog and rogues, 8xx memory and recycling, 1000 a line of a worker.</param>
/// <param name="Message">The line.</param>
/// <param name="State">The values in the line, by name.</param>
/// <param name="Exception">What caused it, if anything.</param>
public sealed record Notice(LogLevel Level, EventId EventId, string Message, IReadOnlyList<KeyValuePair<string, object?>> State, Exception? Exception)
{
    /// <summary>When the message was made, which may be long before it is written.</summary>
    /// <value>In UTC. The default is now.</value>
    public DateTimeOffset Time { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>For the loggers of a host's factory.</summary>
    internal string Category { get; init; } = LogCategories.Core;

    /// <summary>Another process than this one has written it.</summary>
    internal LogSource? Source { get; init; }
}
