namespace ProcManager.Runtime;

/// <summary>Stacks of workers that an operator asks for. One process at a time for each worker, and few in all: each is a start of the program. On the manager's loop.</summary>
internal sealed class OperatorCaptures(CaptureProcesses processes, bool hasCapture)
{
    private const int MaxCount = 2;

    private readonly Dictionary<int, (CaptureProcess Process, Action<string> Answer)> _running = [];

    internal void Begin(WorkerHandle worker, Action<string> answer)
    {
        if (!hasCapture)
        {
            answer($"This program calls no UseCapture (package ProcManager.Diagnostics), so there are no managed stacks. {ThreadReport.Of(worker.Pid)}");
        }
        else if (ThreadReport.IsStopped(worker.Pid))
        {
            answer($"The worker is stopped, so its runtime gives no stacks. {ThreadReport.Of(worker.Pid)}");
        }
        else if (_running.ContainsKey(worker.Slot) || _running.Count >= MaxCount)
        {
            answer($"Other captures are under way; ask again in a moment. {ThreadReport.Of(worker.Pid)}");
        }
        else
        {
            Start(worker, answer);
        }
    }

    /// <summary>The worker has ended, or (with the answer) the operator waits no longer; by then another operator may ask for the same worker.</summary>
    internal void End(int slot, Action<string>? only = null)
    {
        if (_running.TryGetValue(slot, out (CaptureProcess Process, Action<string> Answer) running) && (only is null || ReferenceEquals(only, running.Answer)))
        {
            _running.Remove(slot);
            processes.Kill(running.Process);
            running.Answer(CaptureProcesses.TextOf(running.Process));
        }
    }

    private void Start(WorkerHandle worker, Action<string> answer)
    {
        try
        {
            CaptureProcess? process = processes.Start(worker, dump: null, ended =>
            {
                if (_running.TryGetValue(worker.Slot, out (CaptureProcess Process, Action<string> Answer) running) && running.Process == ended)
                {
                    _running.Remove(worker.Slot);
                    running.Answer(CaptureProcesses.TextOf(ended));
                }
            });
            if (process is not null)
            {
                _running[worker.Slot] = (process, answer);
            }
            else
            {
                answer($"The process that reads the stacks has ended at once. {ThreadReport.Of(worker.Pid)}");
            }
        }
        catch (PosixException e)
        {
            answer($"The process that reads the stacks cannot be started: {e.Message}. {ThreadReport.Of(worker.Pid)}");
        }
    }
}
