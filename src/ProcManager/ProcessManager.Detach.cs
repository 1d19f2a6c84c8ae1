using ProcManager.Diagnostics;
using ProcManager.Posix;
using ProcManager.Runtime;

namespace ProcManager;

/// <content>The option <see cref="ProcessManagerOptions.Detach"/>.</content>
public partial class ProcessManager
{
    private readonly StartReport? _starter; // in the detached process

    // Null: this process goes on by itself. Otherwise the detached one is at work, or has failed, and this process ends.
    private int? StartDetached()
    {
        if (!Options.Detach || _launch is not null || !Platform.IsLinux)
        {
            return null;
        }

        if (WhyNotDetached() is var (where, reason))
        {
            OutputLog.NotDetached(_log, where, reason);
            return null;
        }

        _listeners.ThrowIfClosed();
        using var ownSignals = _managerSignals is null ? new ManagerSignals(hears: true, static _ => { }, keepsStops: true) : null;
        (int exitCode, string? failure) = DetachedStart.Run(_self!, _listeners.ToHandOver, _listeners.BoundElsewhere, _listeners.Files, _managerSignals ?? ownSignals!, Role == ProcessRole.Manager, _log);
        if (exitCode == 0)
        {
            _listeners.LeaveToAnother();
        }
        else if (failure is not null)
        {
            _ = WriteToStandardError(failure);
        }

        return exitCode;
    }

    private static (string Where, string Reason)? WhyNotDetached() =>
        Environment.ProcessId == 1 ? ("as pid 1", "when pid 1 ends, its container ends, too")
        : Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } ? ("as a service of systemd", "systemd watches the process that it has started; leave Detach out there")
        : null;

    private string WhyNoStart()
    {
        string where = _logFile is null ? "" : $". The log file {_logPath} says more";
        return (_givenUp is { } last ? $"giving up: no worker ever became ready, the last failure: {last}" : "the manager was told to stop before its first workers were ready") + where;
    }

    // In the detached process, when its start is over.
    private void TellStarter()
    {
        if (_starter is not { IsOver: false } starter)
        {
            return;
        }

        _words.Flush(LastTimeBeforeRestart); // the last line of the start is still seen where it was started
        if (_logFile is { } file)
        {
            file.Forget();
        }
        else
        {
            StandardOutputs.LeadToNull();
        }

        starter.Ready();
    }
}
