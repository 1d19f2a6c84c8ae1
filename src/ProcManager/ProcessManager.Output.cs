using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Logging;
using ProcManager.Output;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager;

/// <content>The log file, and what workers write. Manager process and plain process.</content>
public partial class ProcessManager
{
    private volatile LogFile? _logFile;
    private string _logPath = "";
    private SignalSource? _logSignals; // plain process

    /// <summary>
    /// Opens <see cref="ProcessManagerOptions.LogFile"/> again, as USR1 and HUP do: for a host with <see cref="ProcessManagerOptions.NoSignals"/> and a program that moves the file away. Comes back at once; without a log file it does
    /// nothing. Manager process and plain process, from any thread.
    /// </summary>
    public void ReopenLogFile()
    {
        if (_logFile is { } file)
        {
            file.Reopen();
            OutputLog.Reopens(_log, _logPath); // with this line the file is opened
        }
    }

    private void OpenLogFile(ProcessManagerOptions options, string directory)
    {
        if (options.LogFile is null)
        {
            return;
        }

        string path = StartDirectory.Join(directory, options.LogFile)!;
        _logPath = path;
        _logFile = LogFile.Open(path, options.LogFileMaxSize, options.LogFileKeep, (what, reason) => OutputLog.NotDone(_log, path, what, reason));
    }

    // Manager process, at its end or when it cannot begin: all messages first, then what the host itself says.
    private void LeaveLog()
    {
        _words.Flush(LastTimeOfManager);
        if (_logFile is { } file)
        {
            _logFile = null;
            file.Restore();
        }
    }

    // HUP would end a plain process, and a script for logrotate may send either.
    private void OpenOutputOfPlainProcess()
    {
        OpenLogFile(Options, StartDirectory.Logical());
        if (Options.Umask is { } mask)
        {
            _ = StandardOutputs.SetUmask((uint)mask);
        }

        if (_logFile is not null && !Options.NoSignals)
        {
            _logSignals = SignalSource.ForLogFile(_ => ReopenLogFile());
        }
    }

    private WorkerOutput? BeginOutput(ProcessManagerOptions options)
    {
        // Workers of a detached manager would hold the terminal.
        return options.CaptureOutput || options.LogFile is not null || _starter is not null || _before is { Outputs.Length: > 0 }
            ? new WorkerOutput(new OutputQueue(options.CaptureOutput ? WriteAsMessages : (_, lines) => WriteToLog(lines.Span), TellLost))
            : null;
    }

    private bool WriteAsMessages(OutputSource source, ReadOnlyMemory<byte> lines)
    {
        bool written = true;
        while (lines.Length > 0)
        {
            int length = lines.Span.IndexOf((byte)'\n') + 1;
            written &= Deliver(MessageOf(source, lines.Span[..(length - 1)]));
            lines = lines[length..];
        }

        return written;
    }

    private static Notice MessageOf(OutputSource source, ReadOnlySpan<byte> line)
    {
        const int LengthOfLevel = 3;
        bool hasLevel = LogLines.TryReadLevel(line, out LogLevel level);
        string text = Printable.OfLine(System.Text.Encoding.UTF8.GetString(hasLevel ? line[LengthOfLevel..] : line));
        KeyValuePair<string, object?>[] state = [new("Slot", source.Slot), new("ProcessId", source.Pid), new("IsError", source.IsError), new("Line", text)];
        return new Notice(level, OutputLog.WorkerLine, text, state, null) { Category = LogCategories.Output, Source = new LogSource("worker", source.Slot, source.Pid) };
    }

    private bool WriteToLog(ReadOnlySpan<byte> lines) => _logFile is { } file ? file.Write(lines) : StandardError.Write(lines);

    private bool TellLost(long count)
    {
        OutputLog.LinesLost(_log, count);
        return true;
    }
}
