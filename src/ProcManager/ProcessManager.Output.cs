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
        void Failed(string what, string reason) => OutputLog.NotDone(_log, path, what, reason);
        try
        {
            _logFile = LogFile.Open(path, options.LogFileMaxSize, options.LogFileKeep, Failed);
        }
        catch (ProcManagerException e) when (_before is not null)
        {
            // A restart in place must not end the pool: the manager before, perhaps as root, has opened a file.
            OutputLog.NotDone(_log, path, "opened", e.Message);
            _logFile = LogFile.Inherit(path, options.LogFileMaxSize, options.LogFileKeep, Failed);
        }

        if (_before is not null)
        {
            _logFile.Forget(); // nothing of a terminal is to be given back
        }
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
        if (Options.LogFile is not null)
        {
            OpenLogFile(Options, StartDirectory.Logical());
        }

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
            ? new WorkerOutput(new OutputQueue(options.CaptureOutput ? WriteAsMessages : (_, lines) => WriteToLog(lines.Span), TellLost, _before?.LinesLost ?? 0))
            : null;
    }

    private long WriteAsMessages(OutputSource source, ReadOnlyMemory<byte> lines)
    {
        long lost = 0;
        while (lines.Length > 0)
        {
            int length = lines.Span.IndexOf((byte)'\n') + 1;
            lost += Deliver(MessageOf(source, lines.Span[..(length - 1)])) ? 0 : 1;
            lines = lines[length..];
        }

        return lost;
    }

    private static Notice MessageOf(OutputSource source, ReadOnlySpan<byte> line)
    {
        const int LengthOfLevel = 3;
        bool hasLevel = LogLines.TryReadLevel(line, out LogLevel level);
        string text = Printable.OfLine(System.Text.Encoding.UTF8.GetString(hasLevel ? line[LengthOfLevel..] : line));
        KeyValuePair<string, object?>[] state = [new("Slot", source.Slot), new("ProcessId", source.Pid), new("IsError", source.IsError), new("Line", text)];
        return new Notice(level, OutputLog.WorkerLine, text, state, null) { Category = LogCategories.Output, Source = new LogSource("worker", source.Slot, source.Pid) };
    }

    private long WriteToLog(ReadOnlySpan<byte> lines) => _logFile is { } file ? file.Write(lines) : lines[StandardError.WriteCounted(lines)..].Count((byte)'\n');

    private bool TellLost(long count)
    {
        OutputLog.LinesLost(_log, count);
        return true;
    }
}
