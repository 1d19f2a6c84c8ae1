using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;

namespace ProcManager.FastCgi.Diagnostics;

/// <summary>Kinds of trouble with clients.</summary>
internal enum Complaint
{
    /// <summary>Not FastCGI.</summary>
    Protocol,

    /// <summary>Too many parameters, or too large.</summary>
    Parameters,

    /// <summary>A body too large, or too slow.</summary>
    Body,

    /// <summary>A request that did not begin in time.</summary>
    Header,

    /// <summary>An answer that nobody takes.</summary>
    Write,

    /// <summary>An address that may not connect.</summary>
    Address,

    /// <summary>As many connections as a worker may have.</summary>
    Full,
}

/// <summary>What clients do wrong, a line a minute of each kind: a stranger must not fill the log.</summary>
internal sealed class Complaints(ILogger log)
{
    private const long Interval = 60_000;

    private readonly long[] _next = new long[Enum.GetValues<Complaint>().Length];
    private readonly int[] _untold = new int[Enum.GetValues<Complaint>().Length];
    private readonly Lock _lock = new();

    /// <summary>Errors of the application, which are told each time.</summary>
    internal ILogger Log => log;

    internal static string Full(FastCgiOptions options) =>
        $"this worker has {options.MaxConnections} {Words.Of(options.MaxConnections, "connection")} ({nameof(FastCgiOptions.MaxConnections)}), each with a request or about to send one; new connections go to other workers, or wait in the queue";

    internal void Tell(Complaint kind, string what)
    {
        int untold;
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (now < _next[(int)kind])
            {
                _untold[(int)kind]++;
                return;
            }

            _next[(int)kind] = now + Interval;
            untold = _untold[(int)kind];
            _untold[(int)kind] = 0;
        }

        if (untold == 0)
        {
            FastCgiLog.Refused(log, what);
        }
        else
        {
            FastCgiLog.RefusedWithOthers(log, what, untold);
        }
    }
}

/// <summary>Every line of the log. The numbers are stable: 6xx.</summary>
internal static partial class FastCgiLog
{
    [LoggerMessage(600, LogLevel.Warning, "fastcgi: {What}")]
    internal static partial void Refused(ILogger log, string what);

    [LoggerMessage(601, LogLevel.Warning, "fastcgi: {What} ({Untold} more of this kind since the last such line)")]
    internal static partial void RefusedWithOthers(ILogger log, string what, int untold);

    [LoggerMessage(602, LogLevel.Error, "fastcgi: a callback that the application has registered on RequestAborted threw an exception; the request and the worker go on.")]
    internal static partial void CallbackThrew(ILogger log, Exception exception);

    [LoggerMessage(605, LogLevel.Error, "fastcgi: a request has failed; the worker goes on")]
    internal static partial void ServingFailed(ILogger log, Exception exception);

    internal static void WarmUpGivenUp(ILogger log, string path, TimeSpan limit) => WarmUpGivenUp(log, path, Words.Time(limit));

    [LoggerMessage(603, LogLevel.Warning, "fastcgi: the application has not completed the worker's own request for {Path} (WarmUpPath) within {Limit}, or the worker is to leave; the worker goes on without being warm.")]
    private static partial void WarmUpGivenUp(ILogger log, string path, string limit);

    [LoggerMessage(604, LogLevel.Warning, "fastcgi: the worker could not ask its application for {Path} (WarmUpPath) and goes on without being warm: {Reason}")]
    internal static partial void NotWarmed(ILogger log, string path, string reason);
}
