using System.Globalization;
using Microsoft.Extensions.Logging;
using ProcManager.Logging;
using ProcManager.Posix;
using ProcManager.Runtime;
using ProcManager.Worker;

namespace ProcManager;

/// <content>Where messages of this process go.</content>
public partial class ProcessManager
{
    private bool _isLost;

    // In the queue's thread. False: the message could not be written.
    private bool Deliver(Notice notice)
    {
        _isLost = false;
        try
        {
            if (_hostLog?.IsEnabled(notice.Level) == false)
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
            _isLost = !WriteLines(PrefixOf(notice), $"{notice.Message} (the host's logger failed: {e.Message})");
        }

        return !_isLost;
    }

    // Where no thread can be made. A host's logger or override may block, so standard error stands in for it.
    private void DeliverAtOnce(Notice notice) => _ = StandardError.TryWrite(TextPieces.Of(PrefixOf(notice), notice.Message).First());

    private void Write(Notice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        if (_hostLog is { } log)
        {
            log.Log(notice.Level, notice.EventId, notice.State, notice.Exception, (_, _) => notice.Message);
            return;
        }

        string cause = notice.Exception is null ? "" : $": {notice.Exception}";
        _isLost |= !WriteLines(PrefixOf(notice), notice.Message + cause);
    }

    private string PrefixOf(Notice notice)
    {
        string process = OfWorker ?? string.Create(CultureInfo.InvariantCulture, $"{(Role == ProcessRole.Unmanaged ? "process" : "manager")} (pid {Environment.ProcessId})");
        return StandardError.IsJournal
            ? $"{Title}: {process}: "
            : string.Create(CultureInfo.InvariantCulture, $"{notice.Time.ToLocalTime():yyyy-MM-ddTHH:mm:ss.fffzzz} {Title}: {process}: ");
    }

    // Null in another process.
    private static string? OfWorker => LaunchInfo.IfRead is { IsWorker: true } worker ? string.Create(CultureInfo.InvariantCulture, $"worker {worker.Slot} (pid {Environment.ProcessId})") : null;

    /// <summary>A line about a user's mistake, as any program writes it: <c>program: text</c>.</summary>
    internal static bool WriteToStandardError(string text) => WriteLines(OfWorker is { } worker ? $"{ProgramName.Title}: {worker}: " : $"{ProgramName.Title}: ", text);

    private static bool WriteLines(string prefix, string text)
    {
        bool whole = true;
        foreach (byte[] piece in TextPieces.Of(prefix, text))
        {
            whole &= StandardError.Write(piece);
        }

        return whole;
    }
}
