using System.Text;
using Microsoft.Extensions.Logging;
using ProcManager.Diagnostics;
using ProcManager.Supervision;

namespace ProcManager.Runtime;

/// <summary>
/// Has a hung worker looked into by a process of its own, and tells what that found. When it gives nothing, or there is none to look, it
/// tells what <c>/proc</c> knows of the worker's threads.
/// </summary>
internal sealed class Captures(CaptureProcesses processes, ILogger log, bool hasCapture, ProcessManagerOptions options)
{
    private readonly Dictionary<int, CaptureProcess> _running = [];
    private readonly CaptureFiles _files = new(options, log, processes.Identity);

    internal void Begin(WorkerHandle worker, PoolAction.Capture capture, Queue<ManagerEvent> events)
    {
        string? dump = capture.Dump && hasCapture ? _files.ForDump(worker) : null;
        if (hasCapture && capture is { Answers: true, IsOneTooMany: false } && TryLaunch(worker, dump, events))
        {
            return;
        }

        string why = !capture.Answers ? "it is stopped, so its runtime gives no stacks; "
            : hasCapture && capture.IsOneTooMany ? "other workers are being looked into, so its runtime is not asked; "
            : "";
        Tell(worker, why + ThreadReport.Of(worker.Pid));
        events.Enqueue(new ManagerEvent.Captured(worker.Slot));
    }

    /// <summary>It is not waited for any longer: the ladder goes on, or the worker has ended.</summary>
    internal void End(int slot)
    {
        if (_running.Remove(slot, out CaptureProcess? running))
        {
            processes.Kill(running);
            Finish(running);
        }
    }

    private bool TryLaunch(WorkerHandle worker, string? dump, Queue<ManagerEvent> events)
    {
        try
        {
            // A capture that was given up may end while the next one of its slot is under way.
            CaptureProcess? running = processes.Start(worker, dump, ended =>
            {
                if (_running.TryGetValue(worker.Slot, out CaptureProcess? current) && current == ended)
                {
                    _running.Remove(worker.Slot);
                    Finish(ended);
                    events.Enqueue(new ManagerEvent.Captured(worker.Slot));
                }
            });
            if (running is null)
            {
                return false;
            }

            _running[worker.Slot] = running;
            return true;
        }
        catch (PosixException e)
        {
            WatchLog.CaptureNotStarted(log, worker.Slot, worker.Pid, e.Message);
            return false;
        }
    }

    private void Finish(CaptureProcess running) => Tell(running.Worker, CaptureProcesses.TextOf(running));

    private void Tell(WorkerHandle worker, string text)
    {
        if (_files.ForText(worker) is not { } file)
        {
            WatchLog.Captured(log, worker.Slot, worker.Pid, text);
            return;
        }

        try
        {
            using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                stream.Write(Encoding.UTF8.GetBytes(text + "\n"));
            }

            WatchLog.CapturedToFile(log, worker.Slot, worker.Pid, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            WatchLog.CaptureNotWritten(log, worker.Slot, worker.Pid, file, e.Message, text);
        }
    }
}
