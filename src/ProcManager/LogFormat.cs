namespace ProcManager;

/// <summary>How a message looks on standard error and in <see cref="ProcessManagerOptions.LogFile"/>.</summary>
public enum LogFormat
{
    /// <summary><see cref="Journal"/> when standard error is systemd's journal (<c>JOURNAL_STREAM</c>, systemd.exec(5)), otherwise <see cref="Text"/>.</summary>
    Auto,

    /// <summary><c>2026-11-27T14:03:05.123+01:00 App: manager (pid 123): text</c>.</summary>
    Text,

    /// <summary>
    /// One JSON object a line: <c>time</c> (UTC), <c>level</c> (as <see cref="Microsoft.Extensions.Logging.LogLevel"/> names it), <c>event</c> (see <see cref="Notice.EventId"/>), <c>app</c>, <c>process</c> (manager, worker or process),
    /// <c>slot</c> (workers), <c>pid</c>, <c>message</c>, <c>data</c> (the values in the message), <c>exception</c>. A line has at most 4,096 bytes, so that a pipe keeps it whole; a longer message or exception ends with <c>…</c>.
    /// </summary>
    Json,

    /// <summary><c>&lt;4&gt;App: manager (pid 123): text</c>: the level as sd-daemon(3) has it, and no time, which the journal has itself.</summary>
    Journal,
}
