using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Logging;

namespace ProcManager;

/// <content>One plain process (a process count of 0) of this repository: the tool as a service keeper.</content>
public partial class ProcessManager
{
    /// <summary>Inside <see cref="Manage()"/>, while the process still is the user that it was started as: opens what only that user may open. What it throws fails the start.</summary>
    internal Action? PlainOpens { get; set; }

    /// <summary>Inside <see cref="Manage()"/>, as the later user: begins the work. The start, which <see cref="ProcessManagerOptions.Detach"/> reports, is over when it returns; what it throws fails the start.</summary>
    internal Action? PlainBegins { get; set; }

    /// <summary>A logger whose lines go where those of this class go.</summary>
    /// <param name="category">For the loggers of a host's factory.</param>
    /// <param name="kind">What the lines call this process.</param>
    internal ILogger LoggerOf(string category, string kind) => new NoticeLogger(
        notice => _words.Add(notice with { Source = new LogSource(kind, null, Environment.ProcessId) }), level => Passes(category, level), category);
}
