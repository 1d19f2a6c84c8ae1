using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Logging;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Worker;

namespace ProcManager;

/// <content>Where messages of this process go.</content>
public partial class ProcessManager
{
    private readonly Lock _delivering = new();
    private volatile HostLoggers? _hostLoggers;
    private bool _isLost;

    /// <summary>
    /// Sends the messages of this process to the loggers of a host's factory, from now on: those of this class in the category <c>ProcManager</c>, those of the FastCGI package in
    /// <c>ProcManager.FastCgi</c>. In the worker or the plain process call it when the host is built; there the host's log has the worker's lines beside its own. In the manager it is for a
    /// program that has a factory before <see cref="Manage()"/>. From any thread. <c>UseFastCgi</c> of the package ProcManager.FastCgi.AspNetCore calls it, unless this manager was made with a logger.
    /// </summary>
    /// <param name="factory">The factory; it stays the caller's. Null: messages go again where they went before the first call, after those on the way had up to half a second (2 s in the manager and in a plain process).</param>
    /// <remarks>
    /// Once the factory is disposed, as a host does at its end, messages go again where they went before; none is lost. A logger that throws or blocks holds nothing: the message is
    /// written to standard error, or waits in the bounded queue of <see cref="Notify"/>.
    /// </remarks>
    /// <exception cref="ObjectDisposedException">The factory is disposed already.</exception>
    public void UseLoggerFactory(ILoggerFactory? factory)
    {
        HostLoggers? next = factory is null ? null : new HostLoggers(factory);
        if (_hostLoggers is not null)
        {
            _words.Flush(_words.LastTime); // what was said to the one host is not for the next
        }

        _hostLoggers = next;
    }

    /// <summary>Takes <see cref="UseLoggerFactory"/> back, unless another factory has come since.</summary>
    internal void LeaveLoggerFactory(ILoggerFactory factory)
    {
        if (_hostLoggers?.IsOf(factory) == true)
        {
            UseLoggerFactory(null);
        }
    }

    /// <summary>Neither the constructor nor <see cref="UseLoggerFactory"/> has led the messages elsewhere.</summary>
    internal bool LogsToStandardError => _hostLog is null && _hostLoggers is null;

    /// <summary>For the messages of the FastCGI package.</summary>
    internal ILogger FastCgiLogger => field ??= NewLogger(LogCategories.FastCgi);

    private const int NoLevel = -1;

    private volatile int _levelOfOperator = NoLevel;

    // Information and above pass: the log's own thread, which may wait, asks the host's logger about them.
    private NoticeLogger NewLogger(string category) => new(_words.Add, level => Passes(category, level), category);

    private bool Passes(string category, LogLevel level) => _levelOfOperator is var lowest and not NoLevel
        ? (int)level >= lowest && level != LogLevel.None
        : level >= LogLevel.Information || (!LogsToStandardError && IsWanted(category, level));

    // What an operator has asked for goes to the host's logger in any case, which has a filter of its own.
    private bool IsWanted(string category, LogLevel level) => _levelOfOperator != NoLevel ? (int)level >= _levelOfOperator : _hostLoggers is { } loggers ? loggers.IsEnabled(category, level) : _hostLog?.IsEnabled(level) != false;

    // In the queue's thread, and in the one for the lines of workers. False: the message could not be written.
    private bool Deliver(Notice notice)
    {
        lock (_delivering)
        {
            return DeliverAlone(notice);
        }
    }

    private bool DeliverAlone(Notice notice)
    {
        _isLost = false;
        try
        {
            if (!IsWanted(notice.Category, notice.Level))
            {
                return true;
            }

            if (notice.Level >= LogLevel.Warning)
            {
                Warn(notice);
            }
            else
            {
                Notify(notice);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            _isLost = !WriteLines(LinesOf(notice, $"{notice.Message} (the host's logger failed: {e.Message})"));
        }

        return !_isLost;
    }

    // Where no thread can be made. A host's logger or override may block, so standard error stands in for it.
    private void DeliverAtOnce(Notice notice) => _ = StandardError.TryWrite(LinesOf(notice, notice.Message).First());

    private void Write(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (_hostLoggers is { } loggers)
        {
            if (loggers.TryWrite(notice))
            {
                return;
            }

            _ = Interlocked.CompareExchange(ref _hostLoggers, null, loggers); // the host is at its end
        }

        if (_hostLog is { } log)
        {
            log.Log(notice.Level, notice.EventId, notice.State, notice.Exception, (_, _) => notice.Message);
            return;
        }

        _isLost |= !WriteLines(LinesOf(notice, notice.Message));
    }

    private IEnumerable<byte[]> LinesOf(Notice notice, string message)
    {
        LogFormat format = Options.LogFormat == LogFormat.Auto ? StandardError.IsJournal ? LogFormat.Journal : LogFormat.Text : Options.LogFormat;
        bool isCaptured = LaunchInfo.IfRead is { IsCaptured: true };
        string text = notice.Exception is null || (format == LogFormat.Json && !isCaptured) ? message : $"{message}: {notice.Exception}";
        return isCaptured ? LogLines.ForManager(notice.Level, text) : LogLines.Of(format, notice, text, Title, notice.Source ?? Source);
    }

    private LogSource Source => OfWorker ?? new LogSource(Role == ProcessRole.Unmanaged ? "process" : "manager", null, Environment.ProcessId);

    // Null in another process.
    private static LogSource? OfWorker => LaunchInfo.IfRead is { IsWorker: true } worker ? new LogSource("worker", worker.Slot, Environment.ProcessId) : null;

    /// <summary>A line about a user's mistake, as any program writes it: <c>program: text</c>.</summary>
    internal static bool WriteToStandardError(string text) => Write(
        LaunchInfo.IfRead is { IsCaptured: true } ? LogLines.ForManager(LogLevel.Critical, text) : TextPieces.Of(OfWorker is { } worker ? $"{ProgramName.Title}: {worker}: " : $"{ProgramName.Title}: ", text),
        static piece => StandardError.Write(piece));

    private bool WriteLines(IEnumerable<byte[]> pieces) => Write(pieces, piece => WriteToLog(piece) == 0);

    private static bool Write(IEnumerable<byte[]> pieces, Func<byte[], bool> write)
    {
        bool whole = true;
        foreach (byte[] piece in pieces)
        {
            whole &= write(piece);
        }

        return whole;
    }
}
